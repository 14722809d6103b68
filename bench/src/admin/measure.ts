import type { ChildProcess } from "node:child_process";
import { loadavg } from "node:os";
import { createApiKey } from "@autonomy-gate/admin/keys/api-keys";
import { dynamoTable } from "@autonomy-gate/core/adapters";
import { scopeOf } from "@autonomy-gate/core/configuration";
import { AccountId, TenantId } from "@autonomy-gate/core/ids";
import { connect, tableNames } from "@autonomy-gate/local/clients";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import autocannon from "autocannon";
import * as z from "zod";
import { nextMessage, startProcess, stopProcess } from "../process.ts";
import { median, percentile } from "../report/median.ts";
import { startStackProcess } from "../speed/processes.ts";
import { TENANT } from "../workload.ts";
import { adminPorts } from "./ports.ts";

/** One case under load. */
export interface AdminFigure {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What the API's own process computes for one request; absent when it was not asked. */
  readonly cpuMs?: number;
  /** Of the machine over the last minute, when the case ended. */
  readonly loadAverage: number;
}

export const ADMIN_LOAD = { connections: 10, seconds: 5 } as const;

interface LoadCase {
  readonly name: string;
  readonly url: string;
  readonly apiKey: string;
  /** Sent by PUT; `[<id>]` in it is another text in each request. Absent: a GET. */
  readonly body?: object;
}

const TENANT_ID = TenantId.parse(TENANT);
const ACCOUNT_ID = AccountId.parse("a1");
const Urls = z.object({ url: z.url(), aloneUrl: z.url() });

/** The admin API on a fresh stack; stand-ins, API and load are processes of their own. */
export async function measureAdmin(): Promise<AdminFigure[]> {
  const stack = await startStackProcess();
  try {
    return await measureOn(stack.description);
  } finally {
    await stack.stop();
  }
}

async function measureOn(stack: StackFile): Promise<AdminFigure[]> {
  const { dynamodb, destroy } = connect(stack);
  const table = dynamoTable(dynamodb, tableNames(stack));
  const keyFor = (tenant_id: TenantId | "*") =>
    createApiKey(table, { tenant_id, roles: ["admin"] });
  const own = await keyFor(TENANT_ID);
  const platform = await keyFor("*");
  destroy();
  const api = startProcess(new URL("./api.ts", import.meta.url), {
    BENCH_STACK: JSON.stringify(stack),
    BENCH_KEY_ID: own.key_id,
  });
  try {
    const urls = Urls.parse(await nextMessage(api));
    const figures = [await measureReads(stack, own.key_id)];
    for (const each of casesOf(urls, own.api_key, platform.api_key)) {
      figures.push(await measureCase(each, api));
    }
    return figures;
  } finally {
    await stopProcess(api);
  }
}

function casesOf({ url, aloneUrl }: z.infer<typeof Urls>, own: string, platform: string) {
  const read = (name: string, target: string): LoadCase => ({ name, url: target, apiKey: own });
  const put = (name: string, apiKey: string, body: object): LoadCase => ({
    name,
    url: `${url}/config`,
    apiKey,
    body: { ...body, mode: "DISABLED" },
  });
  return [
    read("API alone, stores answer at once: `GET /config`", `${aloneUrl}/config?account_id=a1`),
    read("read, key + 1 query: `GET /config`", `${url}/config?account_id=a1`),
    read("read, key + 4 reads: `GET /budget`", `${url}/budget?account_id=a1`),
    read(
      "read, key + 1 batch of 12 items: `GET /config/effective`",
      `${url}/config/effective?account_id=a1&action_type=X`,
    ),
    put("write, tenant: `PUT /config`", platform, { tenant_id: "t[<id>]" }),
    put("write, account, fence settles for 300 ms: `PUT /config`", own, { account_id: "a[<id>]" }),
  ];
}

/** The two reads of `GET /config` without the API, as many at once. */
async function measureReads(stack: StackFile, keyId: string): Promise<AdminFigure> {
  const { authentication, listing } = adminPorts(stack);
  const scope = scopeOf(TENANT_ID, ACCOUNT_ID);
  const tookMs: number[] = [];
  const untilMs = performance.now() + ADMIN_LOAD.seconds * 1_000;
  const readOn = async () => {
    while (performance.now() < untilMs) {
      const startedAtMs = performance.now();
      await authentication.keys.find(keyId);
      await listing.page(scope, "MODE", { limit: 100 });
      tookMs.push(performance.now() - startedAtMs);
    }
  };
  await Promise.all(Array.from({ length: ADMIN_LOAD.connections }, readOn));
  return {
    name: "stand-in alone: the two reads of `GET /config`, by the SDK",
    requestsPerSecond: tookMs.length / ADMIN_LOAD.seconds,
    p50Ms: median(tookMs),
    p99Ms: percentile(tookMs, 0.99),
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** Throws when a request failed. */
async function measureCase(
  { name, url, apiKey, body }: LoadCase,
  api: ChildProcess,
): Promise<AdminFigure> {
  const cpuBeforeMs = await cpuUsedMs(api);
  const { requests, latency, non2xx, errors } = await autocannon({
    url,
    connections: ADMIN_LOAD.connections,
    duration: ADMIN_LOAD.seconds,
    headers: { "x-api-key": apiKey, "content-type": "application/json" },
    ...(body === undefined
      ? {}
      : { method: "PUT", body: JSON.stringify(body), idReplacement: true }),
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests failed: ${name}`);
  return {
    name,
    requestsPerSecond: requests.average,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    cpuMs: ((await cpuUsedMs(api)) - cpuBeforeMs) / requests.total,
    loadAverage: loadavg()[0] ?? 0,
  };
}

async function cpuUsedMs(api: ChildProcess): Promise<number> {
  api.send("cpu");
  return z.number().parse(await nextMessage(api));
}
