import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleFunction } from "@autonomy-gate/deployment/bundle";
import { FUNCTIONS } from "@autonomy-gate/deployment/functions";
import { writeBundle } from "@autonomy-gate/deployment/write-bundle";
import { build } from "esbuild";
import type { SideName } from "../speed/run.ts";

export const ROOT = join(import.meta.dirname, "../../..");

/** A bundle on disk: its entry, and its size. */
export interface BuiltBundle {
  readonly entry: string;
  readonly bytes: number;
}

/** The gate's bundle as deployed; the peer's by esbuild with the options everyone uses. */
export async function buildBundles(): Promise<Record<SideName, BuiltBundle>> {
  const folder = await mkdtemp(join(tmpdir(), "autonomy-bench-"));
  const gate = await bundleFunction(ROOT, "consumer", FUNCTIONS.consumer);
  await writeBundle(join(folder, "gate"), gate);
  const entry = join(folder, "peer", "peer.mjs");
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["bench/peer/lambda.ts"],
    outfile: entry,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return {
    gate: {
      entry: join(folder, "gate", "consumer.mjs"),
      bytes: gate.files.reduce((bytes, { contents }) => bytes + contents.length, 0),
    },
    peer: { entry, bytes: (await stat(entry)).size },
  };
}
