import * as z from "zod";
import { CLOSING_DETAIL_TYPE, SCHEMA_VERSION } from "../contract.ts";
import { ActionIntentV1 } from "../intent/intent.ts";
import { UtcInstant } from "../time.ts";
import { Rejection } from "./approval.ts";
import { CLOSING_LEDGER_ONLY, ClosingEntry } from "./closing.ts";

/** The closings of approvals as subscribers receive them. Every object is open, as in outcomes. */

const DecisionId = z.string().regex(/^dec_[a-z2-7]{26}$/);

const Metadata = z.looseObject({
  event_id: z
    .string()
    .regex(/^apr_[a-z2-7]{26}$/)
    .describe("The same on every delivery. Deduplicate on it."),
  schema_version: z.literal(SCHEMA_VERSION),
  occurred_at: UtcInstant,
  trace_id: z.string().optional(),
  causation_id: DecisionId.describe("The decision_id of the decision that was answered."),
});

const Data = ClosingEntry.omit(CLOSING_LEDGER_ONLY).extend({
  decision_id: DecisionId,
  intent: ActionIntentV1.describe("The intent's data as it was decided."),
});

const NOT_APPROVED = {
  approval_source: z.null(),
  valid_until: z.null(),
  rejection: z.null(),
};

/** The votes needed were reached: it may be executed until `valid_until`. */
export const ActionApproved = z.looseObject({
  metadata: Metadata,
  data: Data.extend({
    ...NOT_APPROVED,
    state: z.literal("APPROVED"),
    approval_source: z.literal("HUMAN"),
    valid_until: UtcInstant.describe("From this instant on it must not start."),
  }),
});
export type ActionApproved = z.infer<typeof ActionApproved>;

/** One person rejected it. */
export const ActionRejected = z.looseObject({
  metadata: Metadata,
  data: Data.extend({ ...NOT_APPROVED, state: z.literal("REJECTED"), rejection: Rejection }),
});
export type ActionRejected = z.infer<typeof ActionRejected>;

/** Nobody decided it in time. */
export const ActionApprovalExpired = z.looseObject({
  metadata: Metadata,
  data: Data.extend({ ...NOT_APPROVED, state: z.literal("EXPIRED") }),
});
export type ActionApprovalExpired = z.infer<typeof ActionApprovalExpired>;

/** The agent could only propose it, and a person carried it out. */
export const ActionHandled = z.looseObject({
  metadata: Metadata,
  data: Data.extend({ ...NOT_APPROVED, state: z.literal("HANDLED") }),
});
export type ActionHandled = z.infer<typeof ActionHandled>;

/** The proposer or an operator took it back while it was pending. */
export const ActionWithdrawn = z.looseObject({
  metadata: Metadata,
  data: Data.extend({ ...NOT_APPROVED, state: z.literal("WITHDRAWN") }),
});
export type ActionWithdrawn = z.infer<typeof ActionWithdrawn>;

/** The detail of each closing, by its detail-type. */
export const CLOSING_DETAILS = {
  [CLOSING_DETAIL_TYPE.APPROVED]: ActionApproved,
  [CLOSING_DETAIL_TYPE.REJECTED]: ActionRejected,
  [CLOSING_DETAIL_TYPE.EXPIRED]: ActionApprovalExpired,
  [CLOSING_DETAIL_TYPE.HANDLED]: ActionHandled,
  [CLOSING_DETAIL_TYPE.WITHDRAWN]: ActionWithdrawn,
} as const;
