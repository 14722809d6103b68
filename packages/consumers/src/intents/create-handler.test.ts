import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { aBody, aRecord } from "../../test/fixtures.ts";
import { createHandler } from "./create-handler.ts";

const attempts = new Set<unknown>();

/** Answers every request with its headers and the first byte of a body that never ends. */
const stalled = createServer((request, response) => {
  attempts.add(request.headers["amz-sdk-request"]);
  request.resume();
  response.writeHead(200, { "content-type": "application/x-amz-json-1.0", "content-length": 99 });
  response.write("{");
});

beforeAll(async () => {
  stalled.listen(0, "127.0.0.1");
  await once(stalled, "listening");
  const { port } = z.object({ port: z.number() }).parse(stalled.address());
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${port}`);
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "true");
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
});

afterAll(async () => {
  vi.unstubAllEnvs();
  stalled.closeAllConnections();
  stalled.close();
  await once(stalled, "close");
});

test("OUT-19: says at its start which time zone data its days depend on", () => {
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "INFO");
  vi.stubEnv("POWERTOOLS_DEV", "true");
  const said: string[] = [];
  const log = vi.spyOn(console, "info").mockImplementation((text) => said.push(String(text)));
  createHandler({
    tables: { config: "config", budgetState: "budget", ledger: "ledger" },
    busName: "bus",
    quarantineUrl: `${process.env.AWS_ENDPOINT_URL}/quarantine`,
    intentSources: ["cc-native.decision"],
  });
  log.mockRestore();
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  expect(said.join()).toContain(`"tz_data": "${process.versions.tz}"`);
});

test("answers for every message while a service stalls in the middle of its replies", async () => {
  const handler = createHandler({
    tables: { config: "config", budgetState: "budget", ledger: "ledger" },
    busName: "bus",
    quarantineUrl: `${process.env.AWS_ENDPOINT_URL}/quarantine`,
    intentSources: ["cc-native.decision"],
  });
  const event = { Records: [aRecord("undecided", aBody()), aRecord("poison", "no JSON")] };
  const answer = await handler(event, { getRemainingTimeInMillis: () => 7_500 });
  expect(answer.batchItemFailures).toEqual([
    { itemIdentifier: "undecided" },
    { itemIdentifier: "poison" },
  ]);
  // No request is the SDK's own second one: after the gate's deadline nothing is sent.
  expect([...attempts]).toEqual(["attempt=1; max=1"]);
}, 20_000);
