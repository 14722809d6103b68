import * as z from "zod";
import { BudgetReport } from "../budget/report.ts";
import { OUTCOME_DETAIL_TYPE, SCHEMA_VERSION } from "../contract.ts";
import { DecisionRecord, LEDGER_ONLY } from "../decision/decision.ts";
import { ActionType } from "../ids.ts";
import { ActionIntentV1 } from "../intent/intent.ts";
import { AutonomyMode, ModeSource } from "../mode/mode.ts";
import { PolicyFacts } from "../policy/facts.ts";
import { Finding, Reason } from "../policy/policy.ts";
import { UtcInstant } from "../time.ts";

/**
 * The outcomes as subscribers receive them: the record's own pieces, narrowed to what each of the
 * three can hold. Every object is open, since a later gate may add fields within a version.
 */

const DecisionId = z.string().regex(/^dec_[a-z2-7]{26}$/);

const Metadata = z.looseObject({
  event_id: DecisionId.describe("The decision_id: the same on every delivery. Deduplicate on it."),
  schema_version: z.literal(SCHEMA_VERSION),
  occurred_at: UtcInstant,
  trace_id: z.string().optional(),
  causation_id: z.string().optional().describe("The event_id of the intent."),
});

/** What every outcome's data holds: the record without what is the ledger's own. */
const Data = DecisionRecord.omit(LEDGER_ONLY).extend({
  decision_id: DecisionId,
  decided_at: UtcInstant,
});

const BudgetOutcome = BudgetReport.extend({ resets_at: UtcInstant });

/** Data of an intent that could be read. */
const DecidedData = Data.extend({
  action_type: ActionType,
  mode_source: ModeSource,
  facts: PolicyFacts,
  intent: ActionIntentV1.describe("The intent's data as it was received."),
});

const AutoApprovedReason = Reason.extract(["POLICY_ALLOWED"]);

const AutoApprovedData = DecidedData.extend({
  decision: z.literal("AUTO_EXECUTE"),
  reason: AutoApprovedReason,
  reasons: z.array(Finding.extend({ reason: AutoApprovedReason })).min(1),
  autonomy_mode: AutonomyMode.extract(["AUTO_EXECUTE"]),
  budget: BudgetOutcome.extend({ limited_by: z.literal("DAY"), used: z.never().optional() }),
  executable_after_approval: z.literal(true),
  approval_source: z.literal("POLICY"),
  auto_executed: z.literal(true),
});

const HELD_REASONS = [
  "KILL_SWITCH",
  "ACTION_TYPE_UNKNOWN",
  "PROPOSE_ONLY",
  "TENANT_POLICY",
  "MODE_NOT_CONFIGURED",
  "UNKNOWN_MODE",
  "EXTERNAL_CONTACT",
  "RISK_LEVEL_UNKNOWN",
  "RISK_LEVEL_HIGH",
  "RISK_LEVEL_MEDIUM",
  "CONFIDENCE_MISSING",
  "CONFIDENCE_INVALID",
  "CONFIDENCE_BELOW_THRESHOLD",
  "BUDGET_NOT_CONFIGURED",
  "BUDGET_EXHAUSTED",
  "POLICY_ERROR",
] as const;
const HeldReason = Reason.extract(HELD_REASONS);

const ApprovalRequiredData = DecidedData.extend({
  decision: z.literal("REQUIRE_APPROVAL"),
  reason: HeldReason,
  reasons: z.array(Finding.extend({ reason: HeldReason })).min(1),
  budget: BudgetOutcome.required({ used: true }).optional(),
  executable_after_approval: z
    .boolean()
    .describe("False: the agent only proposes; a person carries it out."),
  approval_source: z.null(),
  auto_executed: z.literal(false),
});

const NOT_RUN = {
  decision: z.literal("BLOCK"),
  executable_after_approval: z.literal(false),
  approval_source: z.null(),
  auto_executed: z.literal(false),
  budget: z.never().optional(),
};

const BlockedData = z.discriminatedUnion("reason", [
  DecidedData.extend({
    ...NOT_RUN,
    reason: Reason.extract([
      "KILL_SWITCH",
      "INTENT_EXPIRED",
      "ACTION_TYPE_DISABLED",
      "TENANT_POLICY",
    ]),
  }),
  Data.extend({
    ...NOT_RUN,
    reason: Reason.extract(["INVALID_INTENT"]),
    autonomy_mode: z.null(),
    mode_source: z.null(),
    facts: z.null(),
    intent: z.null(),
  }),
]);

/** The action may run now, by itself: its budget is spent and its decision recorded. */
export const ActionAutoApproved = z.looseObject({ metadata: Metadata, data: AutoApprovedData });
export type ActionAutoApproved = z.infer<typeof ActionAutoApproved>;

/** A person has to decide; `explanation` says why, in words for them. */
export const ActionApprovalRequired = z.looseObject({
  metadata: Metadata,
  data: ApprovalRequiredData,
});
export type ActionApprovalRequired = z.infer<typeof ActionApprovalRequired>;

/** The action must not run; no approval may override it. */
export const ActionBlocked = z.looseObject({ metadata: Metadata, data: BlockedData });
export type ActionBlocked = z.infer<typeof ActionBlocked>;

/** The detail of each outcome, by its detail-type. */
export const OUTCOME_DETAILS = {
  [OUTCOME_DETAIL_TYPE.AUTO_EXECUTE]: ActionAutoApproved,
  [OUTCOME_DETAIL_TYPE.REQUIRE_APPROVAL]: ActionApprovalRequired,
  [OUTCOME_DETAIL_TYPE.BLOCK]: ActionBlocked,
} as const;
