import { readFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { ROOT } from "../load/bundles.ts";

const Workspace = z.object({ catalog: z.record(z.string(), z.string()) });
const LIBRARIES =
  /^(@aws-sdk|@aws-lambda-powertools|rate-limiter|json-rules|dynalite|fauxqs|esbuild|zod)/;

/** Where and with what the figures were taken. */
export async function readMachine() {
  const text = await readFile(join(ROOT, "pnpm-workspace.yaml"), "utf8");
  const { catalog } = Workspace.parse(parse(text));
  const [processor] = cpus();
  return {
    date: new Date().toISOString(),
    processor: processor?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    /** Over the last minute, when the run began: more than 0 means that others used the machine. */
    loadBefore: loadavg()[0] ?? 0,
    versions: Object.fromEntries(Object.entries(catalog).filter(([name]) => LIBRARIES.test(name))),
  };
}

export type Machine = Awaited<ReturnType<typeof readMachine>>;
