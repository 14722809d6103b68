import { expect, test } from "vitest";
import { createDynamoClient } from "./adapters/dynamodb/client.ts";
import { BATCH, CONSUMER_TIMEOUT_SECONDS, QUEUES, TABLES } from "./topology.ts";

test("a message is hidden six times as long as its batch may take, as AWS advises", () => {
  expect(QUEUES.intents.visibilityTimeoutSeconds).toBe(6 * CONSUMER_TIMEOUT_SECONDS);
});

test("batches wait for more only where they are large, and then as shortly as Lambda allows", () => {
  expect(BATCH).toEqual({
    standard: { size: 10, windowSeconds: 0 },
    throughput: { size: 50, windowSeconds: 1 },
  });
});

test("a filter of the list of decisions is answered from its index", () => {
  const [index] = TABLES.ledger.indexes;
  expect(index.include).toEqual(expect.arrayContaining(["decision", "reason"]));
});

test("the SDK does not repeat a request: no commit is sent after the gate gave up on it", async () => {
  const client = createDynamoClient({ region: "us-east-1" });
  expect(await client.config.maxAttempts()).toBe(1);
});
