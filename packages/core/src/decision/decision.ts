import * as z from "zod";
import { BudgetReport } from "../budget/report.ts";
import { AccountId, ActionType, IntentId, TenantId } from "../ids.ts";
import { AutonomyMode, ModeSource } from "../mode/mode.ts";
import { PolicyFacts } from "../policy/facts.ts";
import {
  AllowedReason,
  AutoApprovalDecision,
  BlockedReason,
  Finding,
  HeldReason,
  Reason,
} from "../policy/policy.ts";
import { DateKey } from "../time.ts";

/** What the gate says of one intent, and why, whatever it decides. */
const DecisionFields = z.looseObject({
  decision: AutoApprovalDecision,
  /** The primary reason: of the first of the most severe `reasons`. */
  reason: Reason,
  explanation: z.string(),
  /** Every clause that matched, in the policy's order. */
  reasons: z.array(Finding).min(1),
  policy_version: z.string(),
  policy_clause: z.string(),
  /** `null` when no known mode was found, or none was looked for. */
  autonomy_mode: AutonomyMode.nullable(),
  /** `null` for INVALID_INTENT: nothing was looked up. */
  mode_source: ModeSource.nullable(),
  /** `null` for INVALID_INTENT. */
  facts: PolicyFacts.nullable(),
  /** Only when a configured budget was consulted. */
  budget: BudgetReport.optional(),
  /** False for BLOCK, and when the agent may only propose. */
  executable_after_approval: z.boolean(),
  approval_source: z.literal("POLICY").nullable(),
  auto_executed: z.boolean(),
  decided_at: z.string(),
  /** AUTO_EXECUTE only: the day whose budget it consumed. */
  date_key: DateKey.optional(),
  /** AUTO_EXECUTE only: the day on which it counts against the tenant's ceiling, where one is set. */
  tenant_date_key: DateKey.optional(),
});

/** The budget that granted an action. */
export const GrantedBudget = BudgetReport.extend({
  limited_by: z.literal("DAY"),
  used: z.never().optional(),
  scope: z.never().optional(),
});
export type GrantedBudget = z.infer<typeof GrantedBudget>;

/** The budget that refused an action. */
export const SpentBudget = BudgetReport.required({ used: true });
export type SpentBudget = z.infer<typeof SpentBudget>;

const AUTO_EXECUTE = {
  decision: z.literal("AUTO_EXECUTE"),
  reason: AllowedReason,
  reasons: z.array(Finding.extend({ reason: AllowedReason })).min(1),
  budget: GrantedBudget,
  executable_after_approval: z.literal(true),
  approval_source: z.literal("POLICY"),
  auto_executed: z.literal(true),
  date_key: DateKey,
};

const NOT_AUTOMATIC = {
  approval_source: z.null(),
  auto_executed: z.literal(false),
  date_key: z.never().optional(),
  tenant_date_key: z.never().optional(),
};

const REQUIRE_APPROVAL = {
  ...NOT_AUTOMATIC,
  decision: z.literal("REQUIRE_APPROVAL"),
  reason: HeldReason,
  reasons: z.array(Finding.extend({ reason: HeldReason })).min(1),
  budget: SpentBudget.optional(),
};

const BLOCK = {
  ...NOT_AUTOMATIC,
  decision: z.literal("BLOCK"),
  reason: BlockedReason,
  budget: z.never().optional(),
  executable_after_approval: z.literal(false),
};

const AutoExecuteDecision = DecisionFields.extend(AUTO_EXECUTE);
export type AutoExecuteDecision = z.infer<typeof AutoExecuteDecision>;

const RequireApprovalDecision = DecisionFields.extend(REQUIRE_APPROVAL);
export type RequireApprovalDecision = z.infer<typeof RequireApprovalDecision>;

const BlockDecision = DecisionFields.extend(BLOCK);
export type BlockDecision = z.infer<typeof BlockDecision>;

/** The action does not run by itself. */
export type RefusedDecision = RequireApprovalDecision | BlockDecision;

/** What the gate says of one intent, and why. */
export type Decision = AutoExecuteDecision | RefusedDecision;

/** The fields of a record, whatever its decision. */
export const RecordFields = DecisionFields.extend({
  decision_id: z.string(),
  action_intent_id: IntentId,
  tenant_id: TenantId,
  account_id: AccountId,
  /** `null` when an invalid intent named no usable type. */
  action_type: ActionType.nullable(),
  /** SHA-256 over the RFC 8785 form of the intent's data. */
  fingerprint: z.string(),
  trace_id: z.string().optional(),
  causation_id: z.string().optional(),
});

export const AutoExecuteRecord = RecordFields.extend(AUTO_EXECUTE);
export const RequireApprovalRecord = RecordFields.extend(REQUIRE_APPROVAL);
export const BlockRecord = RecordFields.extend(BLOCK);

/**
 * A decision as the ledger keeps it: one per intent, never changed. Attributes that a later version
 * adds are kept when it is read back, so that its outcome stays the same to the byte.
 */
export const DecisionRecord = z.discriminatedUnion("decision", [
  AutoExecuteRecord,
  RequireApprovalRecord,
  BlockRecord,
]);
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/** Attributes that are the ledger's own: an outcome's data is the record without them. */
export const LEDGER_ONLY = {
  fingerprint: true,
  trace_id: true,
  causation_id: true,
  date_key: true,
  tenant_date_key: true,
} as const;
