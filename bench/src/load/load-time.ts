import { execFile } from "node:child_process";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { median } from "../report/median.ts";
import type { SideName } from "../speed/run.ts";
import type { BuiltBundle } from "./bundles.ts";

const run = promisify(execFile);

/** What both entries read from their environment. */
const ENVIRONMENT = {
  AUTONOMY_CONFIG_TABLE_NAME: "config",
  AUTONOMY_BUDGET_STATE_TABLE_NAME: "budget",
  AUTONOMY_LEDGER_TABLE_NAME: "ledger",
  AUTONOMY_EVENT_BUS_NAME: "bus",
  AUTONOMY_QUARANTINE_QUEUE_URL: "http://127.0.0.1:1/quarantine",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
};

export type LoadTimes = Record<SideName | "node", number>;

/**
 * Milliseconds to import a bundle in a fresh process, handler built, and of what both import of
 * Node itself; medians of runs in turn.
 */
export async function loadTimesMs(
  bundles: Record<SideName, BuiltBundle>,
  runs: number,
): Promise<LoadTimes> {
  const times: Record<keyof LoadTimes, number[]> = { gate: [], peer: [], node: [] };
  for (let turn = 0; turn < runs; turn++) {
    times.gate.push(await importMs(pathToFileURL(bundles.gate.entry).href));
    times.peer.push(await importMs(pathToFileURL(bundles.peer.entry).href));
    times.node.push(await importMs("node:http", "node:https", "node:http2", "node:crypto"));
  }
  return { gate: median(times.gate), peer: median(times.peer), node: median(times.node) };
}

async function importMs(...modules: readonly string[]): Promise<number> {
  const script = `
    const startedAt = performance.now();
    for (const name of ${JSON.stringify(modules)}) await import(name);
    process.stdout.write("\\n" + (performance.now() - startedAt), () => process.exit(0));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, ...ENVIRONMENT },
  });
  // The line before it, if any, is what the bundle logs at its start.
  return Number(stdout.split("\n").at(-1));
}
