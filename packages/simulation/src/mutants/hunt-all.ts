import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import type { Hunt } from "./hunt.ts";
import type { Mutant } from "./plant.ts";

const run = promisify(execFile);
const ENTRY = fileURLToPath(new URL("./hunt.ts", import.meta.url));

const Found = z.object({
  name: z.string(),
  killedBy: z.number().optional(),
  seed: z.number().optional(),
  seeds: z.number(),
  message: z.string().optional(),
});

/** Hunts mutants one after another, each in a process of its own, so that none breaks another. */
export async function* huntAll(mutants: readonly Mutant[], seedsMax: number): AsyncGenerator<Hunt> {
  for (const { name } of mutants) {
    const { stdout } = await run(process.execPath, [ENTRY, name, String(seedsMax)]);
    const { killedBy, seed, message, ...found } = Found.parse(JSON.parse(stdout));
    yield {
      ...found,
      ...(killedBy === undefined ? {} : { killedBy }),
      ...(seed === undefined ? {} : { seed }),
      ...(message === undefined ? {} : { message }),
    };
  }
}
