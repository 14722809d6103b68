import { type DecisionRecord, LEDGER_ONLY } from "../decision/decision.ts";
import { HeldDecision, type PendingApproval } from "./approval.ts";
import { endOf } from "./closing.ts";
import type { ApprovalRule } from "./rule.ts";

/** A recorded decision that a person has to answer. */
export type HeldRecord = Extract<DecisionRecord, { readonly decision: "REQUIRE_APPROVAL" }>;

/** The decision that an approval of the record answers. */
export function heldDecision(record: HeldRecord): HeldDecision {
  return HeldDecision.parse(
    Object.fromEntries(
      Object.entries(record).filter(([name]) => !Object.hasOwn(LEDGER_ONLY, name)),
    ),
  );
}

/** The approval of a held decision as it is opened; what is past its time already is overdue at once. */
export function openedApproval(
  { fingerprint, trace_id, ...record }: HeldRecord,
  rule: ApprovalRule,
  opening: { readonly approval_id: string; readonly opened_at: string },
): PendingApproval {
  const decision = heldDecision({ ...record, fingerprint });
  return {
    ...opening,
    state: "PENDING",
    version: 1,
    action_type: decision.action_type,
    reason: decision.reason,
    fingerprint,
    ...(trace_id === undefined ? {} : { trace_id }),
    decision,
    rule,
    votes: [],
    expires_at: endOf({
      from: opening.opened_at,
      seconds: rule.expires_after_seconds,
      intentExpiry: decision.facts.expires_at,
    }),
  };
}
