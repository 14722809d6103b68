import type { Failure } from "./campaign.ts";
import type { StrikeFilter } from "./faults.ts";
import { type RunOptions, runScenario } from "./run.ts";
import type { Scenario } from "./scenario/scenario.ts";

/** A scenario that still fails the same way, with as little in it as was found. */
export interface Shrunk {
  readonly scenario: Scenario;
  readonly isLet: StrikeFilter;
  /** Strikes that are needed for it. */
  readonly strikes: number;
  readonly runs: number;
}

const RUNS_MAX = 600;

/**
 * Leaves out what the failure does not need: hosts, changes, messages, then single strikes of
 * faults. Every candidate is run; it is kept when the same invariant breaks.
 */
export async function shrink(
  { scenario, violation }: Failure,
  options: RunOptions,
): Promise<Shrunk> {
  let best = scenario;
  let banned: ReadonlySet<number> = new Set<number>();
  let runs = 0;

  async function stillFails(candidate: Scenario, without: ReadonlySet<number>): Promise<boolean> {
    if (runs >= RUNS_MAX) return false;
    runs += 1;
    const isLet = (index: number) => !without.has(index);
    const report = await runScenario(candidate, { ...options, isLet });
    return report.violation?.invariant === violation.invariant;
  }

  async function keepIfFails(candidate: Scenario): Promise<void> {
    if (await stillFails(candidate, banned)) best = candidate;
  }

  await keepIfFails({ ...best, outages: [] });
  for (const part of ["hosts", "changes", "messages", "initial"] as const) {
    for (let index = best[part].length - 1; index >= 0; index--) {
      if (part === "hosts" && best.hosts.length === 1) break;
      await keepIfFails({ ...best, [part]: best[part].filter((_, at) => at !== index) });
    }
  }
  for (const fault of Object.keys(best.rates)) {
    await keepIfFails({ ...best, rates: { ...best.rates, [fault]: 0 } });
  }
  const { strikes } = await runScenario(best, options);
  for (let index = strikes - 1; index >= 0; index--) {
    const without = new Set([...banned, index]);
    if (await stillFails(best, without)) banned = without;
  }
  const isLet = (index: number) => !banned.has(index);
  const last = await runScenario(best, { ...options, isLet });
  return { scenario: best, isLet, strikes: Math.max(0, last.strikes - banned.size), runs };
}
