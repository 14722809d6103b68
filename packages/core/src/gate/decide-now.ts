import { refusalAt } from "../budget/claim.ts";
import { claimPosition } from "../budget/claim-position.ts";
import type { Decision } from "../decision/decision.ts";
import type { ActionIntentV1 } from "../intent/intent.ts";
import { conclude } from "./conclude.ts";
import { decide } from "./decide.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * What the gate would record for an intent if it came now and nothing else did: the gate's own
 * rules, with the budget's answer read from the snapshot. Pure; claims nothing.
 */
export function decideNow(intent: ActionIntentV1, snapshot: Snapshot): Decision {
  const proposal = decide(intent, snapshot);
  if (proposal.kind === "held") return proposal.decision;
  const { calendar } = snapshot;
  const { claim } = proposal;
  const position = claimPosition(claim, snapshot, calendar);
  if (position === undefined) throw new TypeError("No claim is made on an unreadable budget.");
  const reservation = refusalAt(position, claim) ?? ({ granted: true } as const);
  return conclude(proposal, reservation, position, calendar);
}
