import { type DecisionRecord, LEDGER_ONLY } from "../decision/decision.ts";
import { HeldDecision, type PendingApproval } from "./approval.ts";
import { endOf } from "./closing.ts";
import type { ApprovalRule } from "./rule.ts";

/** A recorded decision that a person has to answer. */
export type HeldRecord = DecisionRecord & {
  readonly decision: "REQUIRE_APPROVAL";
  readonly action_type: NonNullable<DecisionRecord["action_type"]>;
};

export function isHeld(record: DecisionRecord): record is HeldRecord {
  return record.decision === "REQUIRE_APPROVAL" && record.action_type !== null;
}

/** The approval of a held decision as it is opened; what is past its time already is overdue at once. */
export function openedApproval(
  record: HeldRecord,
  rule: ApprovalRule,
  opening: { readonly approval_id: string; readonly opened_at: string },
): PendingApproval {
  const { trace_id, fingerprint, action_type, reason } = record;
  const decision = HeldDecision.parse(
    Object.fromEntries(
      Object.entries(record).filter(([name]) => !Object.hasOwn(LEDGER_ONLY, name)),
    ),
  );
  return {
    ...opening,
    state: "PENDING",
    version: 1,
    action_type,
    reason,
    fingerprint,
    ...(trace_id === undefined ? {} : { trace_id }),
    decision,
    rule,
    votes: [],
    expires_at: endOf({
      from: opening.opened_at,
      seconds: rule.expires_after_seconds,
      intentExpiry: record.facts?.expires_at,
    }),
  };
}
