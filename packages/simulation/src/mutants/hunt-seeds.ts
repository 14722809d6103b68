import { type ApprovalRun, runApprovals } from "../approvals/run.ts";
import { createApprovalScenario } from "../approvals/scenario.ts";
import { AT_PORTS, type RunReport, runScenario } from "../run.ts";
import { createScenario } from "../scenario/create.ts";
import { underTheSdk } from "../sdk/clients.ts";
import type { Hunt } from "./hunt.ts";
import type { Mutant } from "./plant.ts";

/** Runs seeds until an invariant breaks, or the seeds are used up. */
export async function hunt(mutant: Mutant, seedsMax: number): Promise<Hunt> {
  const run = mutant.level === "approvals" ? runApprovalSeed : intentsRun(mutant);
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { violation } = await run(seed);
    if (violation === undefined) continue;
    const { invariant, message } = violation;
    return { name: mutant.name, killedBy: invariant, seed, seeds: seed, message };
  }
  return { name: mutant.name, seeds: seedsMax };
}

function runApprovalSeed(seed: number): Promise<ApprovalRun> {
  return runApprovals(createApprovalScenario(seed));
}

function intentsRun(mutant: Mutant): (seed: number) => Promise<RunReport> {
  const level = mutant.level === "sdk" ? underTheSdk() : AT_PORTS;
  const wishes = mutant.profile === undefined ? {} : { profile: mutant.profile };
  return (seed) => runScenario(createScenario(seed, wishes), { level });
}
