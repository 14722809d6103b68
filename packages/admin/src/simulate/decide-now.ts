import { refusalAt } from "@autonomy-gate/core/budget/claim";
import { positionNow } from "@autonomy-gate/core/budget/state";
import type { Decision } from "@autonomy-gate/core/decision/decision";
import { decide } from "@autonomy-gate/core/gate/decide";
import { settle } from "@autonomy-gate/core/gate/settle";
import type { Snapshot } from "@autonomy-gate/core/gate/snapshot";
import type { ActionIntentV1 } from "@autonomy-gate/core/intent/intent";

/**
 * What the gate would record for an intent if it came now and nothing else did: the gate's own
 * rules, with the budget's answer read from the snapshot. Pure; claims nothing.
 */
export function decideNow(intent: ActionIntentV1, snapshot: Snapshot): Decision {
  const { decision, claim } = decide(intent, snapshot);
  if (claim === undefined) return decision;
  const { calendar, budgetState } = snapshot;
  const position = positionNow(budgetState, claim.terms.timeZone, calendar);
  if (position === undefined) throw new TypeError("No claim is made on an unreadable budget.");
  const reservation = refusalAt(position, claim) ?? ({ granted: true } as const);
  return settle({ decision, claim }, reservation, position, calendar);
}
