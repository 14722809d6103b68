import * as z from "zod";
import { CLOSING_DETAIL_TYPE, SCHEMA_VERSION } from "../contract.ts";
import { instantMs, instantText } from "../day.ts";
import { AccountId, ActionType, IntentId, TenantId } from "../ids.ts";
import { detailOf, type GateEvent } from "../outcome/outcome.ts";
import { HeldReason } from "../policy/policy.ts";
import { UtcInstant } from "../time.ts";
import {
  type ClosedApproval,
  ClosedState,
  type PendingApproval,
  Rejection,
  Vote,
} from "./approval.ts";

/** What closes an approval, with what it says of itself. */
export type Cause =
  | { readonly state: "APPROVED"; readonly by: string }
  | { readonly state: "REJECTED"; readonly by: string; readonly rejection: Rejection }
  | { readonly state: "HANDLED"; readonly by: string }
  | { readonly state: "WITHDRAWN"; readonly by: string; readonly reason?: string | undefined }
  | { readonly state: "EXPIRED" };

/**
 * The ledger's entry of a closing: the event's data without the intent, and what its metadata needs.
 * Attributes that a later version adds are kept, so that the event stays the same to the byte.
 */
export const ClosingEntry = z.looseObject({
  decision_id: z.string(),
  action_intent_id: IntentId,
  tenant_id: TenantId,
  account_id: AccountId,
  action_type: ActionType,
  state: ClosedState,
  approval_source: z.literal("HUMAN").nullable(),
  auto_executed: z.literal(false),
  explanation: z.string(),
  votes: z.array(Vote),
  closed_at: UtcInstant,
  valid_until: UtcInstant.nullable(),
  rejection: Rejection.nullable(),
  fingerprint: z.string(),
  reason: HeldReason,
  policy_version: z.string(),
  approval_id: z.string(),
  trace_id: z.string().optional(),
});
export type ClosingEntry = z.infer<typeof ClosingEntry>;

/** Attributes that are the ledger's own: the event's data is the entry without them. */
export const CLOSING_LEDGER_ONLY = { approval_id: true, trace_id: true } as const;

/** An approval closed, and the ledger's entry that says so. */
export interface Closing {
  readonly approval: ClosedApproval;
  readonly entry: ClosingEntry;
}

/** Closes a pending approval. */
export function close(pending: PendingApproval, cause: Cause, closed_at: string): Closing {
  const { expires_at: intentExpiry } = pending.decision.facts;
  const validity = { from: closed_at, seconds: pending.rule.valid_for_seconds, intentExpiry };
  const approval: ClosedApproval = {
    ...pending,
    state: cause.state,
    version: pending.version + 1,
    closed_at,
    closed_by: cause.state === "EXPIRED" ? null : cause.by,
    ...(cause.state === "APPROVED" ? { valid_until: endOf(validity) } : {}),
    ...(cause.state === "REJECTED" ? { rejection: cause.rejection } : {}),
    untold: true,
  };
  return { approval, entry: entryOf(approval, explain(approval, cause)) };
}

/** The earlier of a time span's end and the intent's own. */
export function endOf(span: {
  readonly from: string;
  readonly seconds: number;
  readonly intentExpiry: string | undefined;
}): string {
  const endMs = instantMs(span.from) + span.seconds * 1_000;
  const { intentExpiry } = span;
  return instantText(intentExpiry === undefined ? endMs : Math.min(endMs, instantMs(intentExpiry)));
}

/** The event of a closing: the same to the byte each time it is made from the same entry. */
export function closingEvent(entry: ClosingEntry, canonicalIntent: string): GateEvent {
  const metadata = {
    event_id: entry.approval_id,
    schema_version: SCHEMA_VERSION,
    occurred_at: entry.closed_at,
    trace_id: entry.trace_id,
    causation_id: entry.decision_id,
  };
  const data = Object.fromEntries(
    Object.entries(entry).filter(([name]) => !Object.hasOwn(CLOSING_LEDGER_ONLY, name)),
  );
  return {
    detailType: CLOSING_DETAIL_TYPE[entry.state],
    detail: detailOf(metadata, data, canonicalIntent),
  };
}

function entryOf(approval: ClosedApproval, explanation: string): ClosingEntry {
  const { decision, trace_id } = approval;
  return {
    decision_id: decision.decision_id,
    action_intent_id: decision.action_intent_id,
    tenant_id: decision.tenant_id,
    account_id: decision.account_id,
    action_type: approval.action_type,
    state: approval.state,
    approval_source: approval.state === "APPROVED" ? "HUMAN" : null,
    auto_executed: false,
    explanation,
    votes: approval.votes,
    closed_at: approval.closed_at,
    valid_until: approval.valid_until ?? null,
    rejection: approval.rejection ?? null,
    fingerprint: approval.fingerprint,
    reason: approval.reason,
    policy_version: decision.policy_version,
    approval_id: approval.approval_id,
    ...(trace_id === undefined ? {} : { trace_id }),
  };
}

function explain(approval: ClosedApproval, cause: Cause): string {
  const { votes, rule, expires_at } = approval;
  switch (cause.state) {
    case "APPROVED": {
      const actors = votes.map(({ actor }) => actor).join(", ");
      return `Approved by ${actors}. It may be executed until ${approval.valid_until}.`;
    }
    case "REJECTED": {
      const { reason_code, retry } = cause.rejection;
      const next =
        retry === "NEVER"
          ? "The agent must not propose it again."
          : "The agent may propose a changed intent.";
      return `Rejected by ${cause.by} (${reason_code}). ${next}`;
    }
    case "HANDLED":
      return `Carried out by ${cause.by}. The agent must not run it.`;
    case "WITHDRAWN":
      return `Withdrawn by ${cause.by}${cause.reason ? `: ${cause.reason}` : ""}.`;
    case "EXPIRED":
      return `Not decided before ${expires_at}: it had ${votes.length} of the ${rule.votes_needed} approvals it needed. The agent may propose a new intent.`;
    default:
      return cause satisfies never;
  }
}
