import { decideNow } from "@autonomy-gate/core/gate";
import { AutoApprovalDecision, Reason } from "@autonomy-gate/core/policy";
import * as z from "zod";
import { CHANGE_KINDS, type Simulated } from "./variation.ts";
import { varyBudget } from "./vary-budget.ts";
import { varyCeilings } from "./vary-ceilings.ts";
import { varyConfig } from "./vary-config.ts";
import { varyIntent } from "./vary-intent.ts";

/** One single change that alters the decision, and what the gate says after it. */
export const Flip = z
  .object({
    kind: z.enum(CHANGE_KINDS),
    /** In words, such as `confidence 0.66 → 0.7`. */
    change: z.string(),
    decision: AutoApprovalDecision,
    reason: Reason,
  })
  .meta({ id: "Flip" });
export type Flip = z.infer<typeof Flip>;

/**
 * The single changes that would alter the decision, each put to the gate's own rules: what is listed
 * was seen to flip it. Where several changes of one kind lead to the same decision, the first one,
 * which is the smallest, stands for them; times are all listed.
 */
export function wouldFlip(simulated: Simulated): Flip[] {
  const flips = new Map<string, Flip>();
  const variations = [
    ...varyIntent(simulated),
    ...varyConfig(simulated),
    ...varyBudget(simulated),
    ...varyCeilings(simulated),
  ];
  for (const { kind, change, intent, snapshot } of variations) {
    const { decision, reason } = decideNow(intent, snapshot);
    if (decision === simulated.decision.decision) continue;
    const alike = kind === "TIME" || kind === "ACTION_TYPE" ? change : `${kind} ${decision}`;
    if (!flips.has(alike)) flips.set(alike, { kind, change, decision, reason });
  }
  return [...flips.values()];
}
