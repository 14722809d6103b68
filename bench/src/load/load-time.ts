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

/** Milliseconds to import a bundle in a fresh process, handler built; medians of runs in turn. */
export async function loadTimesMs(
  bundles: Record<SideName, BuiltBundle>,
  runs: number,
): Promise<Record<SideName, number>> {
  const times: Record<SideName, number[]> = { gate: [], peer: [] };
  for (let turn = 0; turn < runs; turn++) {
    times.gate.push(await importMs(bundles.gate.entry));
    times.peer.push(await importMs(bundles.peer.entry));
  }
  return { gate: median(times.gate), peer: median(times.peer) };
}

async function importMs(entry: string): Promise<number> {
  const script = `
    const startedAt = performance.now();
    const { handler } = await import(${JSON.stringify(pathToFileURL(entry).href)});
    if (typeof handler !== "function") throw new Error("There is no handler.");
    process.stdout.write(String(performance.now() - startedAt), () => process.exit(0));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, ...ENVIRONMENT },
  });
  return Number(stdout);
}
