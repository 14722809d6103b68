import { once } from "node:events";
import process from "node:process";
import { type AdminApp, createApp } from "@autonomy-gate/admin/app";
import { StackFile } from "@autonomy-gate/local/stack-file";
import { createAdaptorServer } from "@hono/node-server";
import * as z from "zod";
import { adminPorts } from "./ports.ts";

/** The admin API in a process of its own: on the stack, and on stores that answer at once. */
const Environment = z.object({
  BENCH_STACK: z.string().transform((text) => StackFile.parse(JSON.parse(text))),
  BENCH_KEY_ID: z.string(),
});
const { BENCH_STACK: stack, BENCH_KEY_ID: keyId } = Environment.parse(process.env);

const ports = adminPorts(stack);
const key = await ports.authentication.keys.find(keyId);
const mode = { name: "DEFAULT", attributes: { mode: "DISABLED" } };
const alone = createApp({
  ...ports,
  authentication: { keys: { find: async () => key } },
  listing: { page: async () => ({ items: [mode] }) },
});

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1_000);
});
process.send?.({ url: await serve(createApp(ports)), aloneUrl: await serve(alone) });

async function serve(app: AdminApp): Promise<string> {
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return `http://127.0.0.1:${port}`;
}
