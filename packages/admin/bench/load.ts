/**
 * Latency and throughput of the admin API on the local stack, at 10 connections:
 * `node packages/admin/bench/load.ts [seconds a case]`. Prints one JSON line a case. The stand-in,
 * the API and the load tool are processes of their own.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import process from "node:process";
import { createDocumentClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { dynamoConfigListing } from "@autonomy-gate/core/adapters/dynamodb/config-listing";
import { scopeOf } from "@autonomy-gate/core/config/address";
import { createTables } from "@autonomy-gate/local/dynamodb/tables";
import autocannon from "autocannon";
import * as z from "zod";
import { createApiKey } from "../src/keys/api-keys.ts";
import { dynamoApiKeys } from "../src/keys/key-store.ts";
import { ACCOUNT, AWS, CONNECTIONS, TABLES } from "./settings.ts";

const SECONDS = Number(process.argv[2] ?? 10);
const CpuUsed = z.object({ cpuMs: z.number() });

const standIn = start(new URL("./stand-in.ts", import.meta.url));
const { endpoint } = z.object({ endpoint: z.string() }).parse(await heard(standIn));
const client = createDocumentClient({ ...AWS, endpoint });
await createTables(client, TABLES);
const { tenant_id } = ACCOUNT;
const own = await createApiKey(client, TABLES.config, { tenant_id, role: "admin" });
const platform = await createApiKey(client, TABLES.config, { tenant_id: "*", role: "admin" });

const api = start(new URL("./api.ts", import.meta.url), {
  BENCH_ENDPOINT: endpoint,
  BENCH_KEY_ID: own.key_id,
});
const { url, aloneUrl } = z
  .object({ url: z.string(), aloneUrl: z.string() })
  .parse(await heard(api));

say({ cpus: cpus().length, model: cpus()[0]?.model, node: process.version, CONNECTIONS, SECONDS });
await standInAlone();
await load("API alone, stores answer at once: GET /config", `${aloneUrl}/config?account_id=a1`);
await load("read (key + 1 query): GET /config", `${url}/config?account_id=a1`);
await load("read (key + 4 reads): GET /budget", `${url}/budget?account_id=a1`);
await load(
  "read (key + 1 batch of 12): GET /config/effective",
  `${url}/config/effective?account_id=a1&action_type=X`,
);
await load("write, tenant: PUT /config", `${url}/config`, {
  headers: { "x-api-key": platform.api_key },
  body: { tenant_id: "t[<id>]", mode: "DISABLED" },
});
await load("write, account (its fence settles for 300 ms): PUT /config", `${url}/config`, {
  body: { account_id: "a[<id>]", mode: "DISABLED" },
});
api.kill();
standIn.kill();
client.destroy();

/** The two reads that GET /config needs, by the same client, as many at once. */
async function standInAlone(): Promise<void> {
  const keys = dynamoApiKeys(client, TABLES.config);
  const listing = dynamoConfigListing(client, TABLES.config);
  const scope = scopeOf(tenant_id, ACCOUNT.account_id);
  const tookMs: number[] = [];
  const until = performance.now() + SECONDS * 1_000;
  const worker = async () => {
    while (performance.now() < until) {
      const startedAt = performance.now();
      await keys.find(own.key_id);
      await listing.page(scope, "MODE", { limit: 100 });
      tookMs.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => Math.round(tookMs[Math.floor(tookMs.length * share)] ?? 0);
  const requests_per_second = Math.round(tookMs.length / SECONDS);
  const name = "stand-in alone: the two reads of GET /config";
  say({ case: name, requests_per_second, p50_ms: at(0.5), p99_ms: at(0.99), load: loadavg()[0] });
}

async function load(
  name: string,
  target: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: object } = {},
): Promise<void> {
  const before = await cpuUsed();
  const result = await autocannon({
    url: target,
    connections: CONNECTIONS,
    duration: SECONDS,
    headers: { "x-api-key": own.api_key, "content-type": "application/json", ...headers },
    ...(body === undefined
      ? {}
      : { method: "PUT", body: JSON.stringify(body), idReplacement: true }),
  });
  const cpuMs = (await cpuUsed()) - before;
  say({
    case: name,
    requests_per_second: Math.round(result.requests.average),
    p50_ms: result.latency.p50,
    p99_ms: result.latency.p99,
    api_cpu_ms_a_request: Number((cpuMs / result.requests.total).toFixed(2)),
    failed: result.non2xx + result.errors,
    load: loadavg()[0],
  });
}

async function cpuUsed(): Promise<number> {
  api.send("cpu");
  return CpuUsed.parse(await heard(api)).cpuMs;
}

function start(file: URL, env: Record<string, string> = {}): ChildProcess {
  return fork(file, { env: { ...process.env, ...env } });
}

async function heard(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, "message");
  return message;
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
