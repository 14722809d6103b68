import * as z from "zod";
import { BudgetReport } from "../budget/report.ts";
import { AccountId, ActionType, IntentId, TenantId } from "../ids.ts";
import { AutonomyMode, ModeSource } from "../mode/mode.ts";
import { PolicyFacts } from "../policy/facts.ts";
import { AutoApprovalDecision, Finding, Reason } from "../policy/policy.ts";
import { DateKey } from "../time.ts";

/** What the gate says of one intent, and why. */
export const Decision = z.looseObject({
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
});
export type Decision = z.infer<typeof Decision>;

/**
 * A decision as the ledger keeps it: one per intent, never changed. Attributes that a later version
 * adds are kept when it is read back, so that its outcome stays the same to the byte.
 */
export const DecisionRecord = Decision.extend({
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
export type DecisionRecord = z.infer<typeof DecisionRecord>;

/** Attributes that are the ledger's own: an outcome's data is the record without them. */
export const LEDGER_ONLY = {
  fingerprint: true,
  trace_id: true,
  causation_id: true,
  date_key: true,
} as const;
