import { connect } from "@autonomy-gate/local/clients";
import { startStack } from "@autonomy-gate/local/stack";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { once } from "./once.ts";
import { createHandler } from "./subscriber.ts";

const TABLE = "once";
const PORTS = { dynamodb: 0, sqs: 0, events: 0, admin: 0 };

let stack: Awaited<ReturnType<typeof startStack>>;
let clients: ReturnType<typeof connect>;
let executed: string[];
let now: number;
let eventNumber = 0;
let eventId: string;

const options = { table: TABLE, leaseSeconds: 30, nowSeconds: () => now };

beforeAll(async () => {
  stack = await startStack({ ports: PORTS });
  clients = connect(stack.description);
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "event_id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "event_id", AttributeType: "S" }],
    }),
  );
});

afterAll(async () => {
  clients.destroy();
  await stack.close();
});

beforeEach(() => {
  executed = [];
  now = 1_000_000.25;
  eventNumber += 1;
  eventId = `dec_${eventNumber}`;
});

describe("the dedupe recipe", () => {
  test("does the work of an event delivered twice once", async () => {
    expect(await deliver()).toBe("done");
    expect(await deliver()).toBe("already done");
    expect(executed).toEqual([eventId]);
  });

  test("does the work of an event delivered twenty times at once once", async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => deliver()));
    expect(executed).toEqual([eventId]);
    expect(results.filter((result) => result === "done")).toHaveLength(1);
  });

  test("leaves an event to whoever is at it, until their lease is over", async () => {
    await expect(deliver(() => Promise.reject(new Error("the process dies")))).rejects.toThrow();
    now += 29;
    expect(await deliver()).toBe("in work");
    now += 2;
    expect(await deliver()).toBe("done");
    expect(executed).toEqual([eventId]);
  });

  test("a process that wakes up after its lease does not mark another's work as its own", async () => {
    const overslept = deliver(async () => {
      now += 31;
      expect(await deliver()).toBe("done");
    });
    await expect(overslept).rejects.toThrow("conditional request failed");
    expect(await deliver()).toBe("already done");
  });
});

test("the Lambda function gives back exactly the messages that are not done", async () => {
  const handler = createHandler({
    documents: clients.documents,
    execute: () => Promise.reject(new Error("the CRM is down")),
    once: options,
  });
  const Records = [record("1", "not JSON"), record("2", JSON.stringify({ source: "s" }))];
  const { batchItemFailures } = await handler({ Records });
  expect(batchItemFailures).toEqual([{ itemIdentifier: "1" }, { itemIdentifier: "2" }]);
});

async function deliver(work = async (key: string) => void executed.push(key)) {
  return once(clients.documents, eventId, work, options);
}

function record(messageId: string, body: string) {
  return {
    messageId,
    body,
    receiptHandle: "r",
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "s",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:q",
    awsRegion: "us-east-1",
  };
}
