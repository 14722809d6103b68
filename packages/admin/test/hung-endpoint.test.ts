import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { newApiKey } from "../src/keys/api-key.ts";
import { serveAdmin } from "../src/serve.ts";

const AWS = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
};

test("OUT-4: a table that never answers costs a bounded time, on a server as on Lambda", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = z.object({ port: z.number() }).parse(silent.address());
  const endpoint = `http://127.0.0.1:${port}`;
  const admin = await serveAdmin({
    ...AWS,
    dynamodb: { endpoint, tables: { config: "c", budgetState: "b", ledger: "l" } },
    events: { endpoint, bus: "bus" },
    telemetry: {
      answered: () => {},
      failed: () => {},
      notEmitted: () => {},
      useNotNoted: () => {},
      lookAlikesNotRead: () => {},
    },
  });
  onTestFinished(async () => {
    await admin.close();
    silent.close();
  });

  const reply = await fetch(`${admin.url}/kill-switch`, {
    method: "PUT",
    headers: { "x-api-key": newApiKey().api_key, "content-type": "application/json" },
    body: JSON.stringify({ engaged: true, reason: "drill" }),
    signal: AbortSignal.timeout(20_000),
  });

  expect(reply.status).toBe(500);
}, 25_000);
