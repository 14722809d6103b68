import type { Violation } from "../checks/evidence.ts";
import { runApprovals } from "./run.ts";
import { createApprovalScenario } from "./scenario.ts";

/** Runs seed after seed, to the last or to the first broken invariant. */
export async function runApprovalCampaign(
  firstSeed: number,
  seeds: number,
): Promise<{
  readonly checked: ReadonlyMap<number, number>;
  readonly failure?: { readonly seed: number; readonly violation: Violation };
}> {
  const checked = new Map<number, number>();
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const run = await runApprovals(createApprovalScenario(seed));
    for (const [invariant, count] of run.checked) {
      checked.set(invariant, (checked.get(invariant) ?? 0) + count);
    }
    const { violation } = run;
    if (violation !== undefined) return { checked, failure: { seed, violation } };
  }
  return { checked };
}
