import { once } from "node:events";
import process from "node:process";
import { createDynamoClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { createAdaptorServer } from "@hono/node-server";
import * as z from "zod";
import { createApp } from "../src/app.ts";
import { awsPorts } from "../src/aws-ports.ts";
import { serveAdmin } from "../src/serve.ts";
import { AWS, SILENT, TABLES } from "./settings.ts";

/** The API in a process of its own: once on the stand-in, once on stores that answer at once. */
const { BENCH_ENDPOINT: endpoint = "", BENCH_KEY_ID: keyId = "" } = process.env;

const ports = awsPorts({
  client: createDynamoClient({ ...AWS, endpoint }),
  tables: TABLES,
  events: new EventBridgeClient(AWS),
  busName: "none",
  clock: systemClock(),
  telemetry: SILENT,
  corsOrigins: [],
});
const stored = await ports.authentication.keys.find(keyId);
const item = { name: "DEFAULT", attributes: { mode: "DISABLED" } };
const instant = createApp({
  ...ports,
  authentication: { keys: { find: async () => stored } },
  listing: { page: async () => ({ items: [item] }) },
});
const alone = createAdaptorServer({ fetch: instant.fetch });
alone.listen(0, "127.0.0.1");
await once(alone, "listening");
const { port } = z.object({ port: z.number() }).parse(alone.address());

const server = await serveAdmin({
  ...AWS,
  dynamodb: { endpoint, tables: TABLES },
  events: { endpoint: "http://127.0.0.1:9", bus: "none" },
  telemetry: SILENT,
});
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1_000 });
});
process.send?.({ url: server.url, aloneUrl: `http://127.0.0.1:${port}` });
