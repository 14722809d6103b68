import { AT_PORTS, runScenario } from "../run.ts";
import { createScenario } from "../scenario/create.ts";
import { underTheSdk } from "../sdk/clients.ts";
import type { Hunt } from "./hunt.ts";
import type { Mutant } from "./plant.ts";

/** Runs seeds until an invariant breaks, or the seeds are used up. */
export async function hunt(mutant: Mutant, seedsMax: number): Promise<Hunt> {
  const level = mutant.level === "sdk" ? underTheSdk() : AT_PORTS;
  for (let seed = 1; seed <= seedsMax; seed++) {
    const wishes = mutant.profile === undefined ? {} : { profile: mutant.profile };
    const { violation } = await runScenario(createScenario(seed, wishes), { level });
    if (violation === undefined) continue;
    const { invariant, message } = violation;
    return { name: mutant.name, killedBy: invariant, seed, seeds: seed, message };
  }
  return { name: mutant.name, seeds: seedsMax };
}
