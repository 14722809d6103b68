import * as z from "zod";
import { LEDGER_ONLY, RequireApprovalRecord } from "../decision/decision.ts";
import { ActionType, type IntentRef } from "../ids.ts";
import { PolicyFacts } from "../policy/facts.ts";
import { HeldReason } from "../policy/policy.ts";
import { UtcInstant } from "../time.ts";
import { ApprovalRule } from "./rule.ts";

/** How an approval ends, once and for ever. */
export const ClosedState = z.enum(["APPROVED", "REJECTED", "EXPIRED", "HANDLED", "WITHDRAWN"]);
export type ClosedState = z.infer<typeof ClosedState>;

export const ApprovalState = z.enum(["PENDING", ...ClosedState.options]);
export type ApprovalState = z.infer<typeof ApprovalState>;

export const Verdict = z.enum(["APPROVE", "REJECT", "HANDLED"]);
export type Verdict = z.infer<typeof Verdict>;

/** Why an action was rejected, and whether its agent may propose another. */
export const Rejection = z.looseObject({
  reason_code: z.enum([
    "WRONG_TARGET",
    "WRONG_CONTENT",
    "WRONG_TIME",
    "NOT_ALLOWED",
    "DUPLICATE",
    "OTHER",
  ]),
  retry: z.enum(["NEVER", "AFTER_CHANGE"]),
});
export type Rejection = z.infer<typeof Rejection>;

/** The answer of one principal. */
export const Vote = z.looseObject({
  actor: z.string(),
  name: z.string().optional(),
  verdict: Verdict,
  at: UtcInstant,
  comment: z.string().optional(),
  /** For whom the actor says to speak: recorded, and counted for nothing. */
  acting_for: z.string().optional(),
});
export type Vote = z.infer<typeof Vote>;

/** The decision that an approval answers: an outcome's data without the intent. */
export const HeldDecision = RequireApprovalRecord.omit(LEDGER_ONLY).extend({
  action_type: ActionType,
  facts: PolicyFacts,
});

export type HeldDecision = z.infer<typeof HeldDecision>;

const COMMON = {
  /** The `event_id` of its closing. */
  approval_id: z.string(),
  /** Counts the writes. */
  version: z.int().min(1),
  /** Of the decision; the list shows and filters by them. */
  action_type: ActionType,
  reason: HeldReason,
  /** SHA-256 over the RFC 8785 form of the intent's data. */
  fingerprint: z.string(),
  trace_id: z.string().optional(),
  decision: HeldDecision,
  /** The rule in force when it was opened. */
  rule: ApprovalRule,
  /** At most one of each principal, in the order they were cast. */
  votes: z.array(Vote),
  opened_at: UtcInstant,
  /** From this instant on it takes no vote. */
  expires_at: UtcInstant,
};

const PendingApproval = z.looseObject({ ...COMMON, state: z.literal("PENDING") });
export type PendingApproval = z.infer<typeof PendingApproval>;

const ClosedApproval = z.looseObject({
  ...COMMON,
  state: ClosedState,
  closed_at: UtcInstant,
  /** Who closed it; `null`: time did. */
  closed_by: z.string().nullable(),
  /** APPROVED only: until when it may be executed. */
  valid_until: UtcInstant.optional(),
  rejection: Rejection.optional(),
  /** Its closing was not told yet. */
  untold: z.literal(true).optional(),
  /** When the bus accepted its closing. */
  told_at: UtcInstant.optional(),
  /** Its payload has no expiry yet. */
  payload_kept: z.literal(true).optional(),
});
export type ClosedApproval = z.infer<typeof ClosedApproval>;

export const Approval = z.discriminatedUnion("state", [PendingApproval, ClosedApproval]);
export type Approval = z.infer<typeof Approval>;

/** Whose approval it is. */
export function refOf({ decision }: Approval): IntentRef {
  const { tenant_id, account_id, action_intent_id } = decision;
  return { tenant_id, account_id, action_intent_id };
}

/** Past its time, whether the sweep has closed it or not: it takes no vote. */
export function isOverdue(approval: Approval, now: string): boolean {
  return approval.state === "PENDING" && approval.expires_at <= now;
}
