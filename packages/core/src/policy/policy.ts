import * as z from "zod";
import { AccountId, ActionType, TenantId } from "../ids.ts";
import { AutonomyMode } from "../mode/mode.ts";

/** What the gate says of an intent. BLOCK is final: no approval may override it. */
export const AutoApprovalDecision = z.enum(["AUTO_EXECUTE", "REQUIRE_APPROVAL", "BLOCK"]);
export type AutoApprovalDecision = z.infer<typeof AutoApprovalDecision>;

/** Why, as a closed list: a new one is a new schema version. */
export const Reason = z.enum([
  "POLICY_ALLOWED",
  "KILL_SWITCH",
  "INTENT_EXPIRED",
  "ACTION_TYPE_DISABLED",
  "INVALID_INTENT",
  "TENANT_POLICY",
  "ACTION_TYPE_UNKNOWN",
  "PROPOSE_ONLY",
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
]);
export type Reason = z.infer<typeof Reason>;

/**
 * One matching rule: which, and in words a person can act on. What a later version adds is kept
 * when it is read back, as in the record it stands in.
 */
export const Finding = z.looseObject({
  reason: Reason,
  /** The clause that matched, such as `RISK_LEVEL`. */
  clause: z.string(),
  explanation: z.string(),
});
export type Finding = z.infer<typeof Finding>;

/** A finding with what it leads to. */
export interface RatedFinding extends Finding {
  readonly decision: AutoApprovalDecision;
}

/** How the explanation of every REQUIRE_APPROVAL ends that a person may approve. */
export const APPROVE = "A person must approve this action.";

export const POLICY_V1 = "AutoApprovalPolicyV1";

/** Routes a tenant, or everyone, to a policy version. */
export const ActivePolicyV1 = z.object({ policy_version: z.string().min(1).max(128) });
export type ActivePolicyV1 = z.infer<typeof ActivePolicyV1>;

/** What callers outside the consumer ask the policy. Anything may come as risk or confidence. */
export const AutoApprovalPolicyInputV1 = z.object({
  action_type: ActionType,
  /** 0 to 1. */
  confidence_score: z.unknown().optional(),
  risk_level: z.unknown().optional(),
  lifecycle_state: z.string().optional(),
  tenant_id: TenantId,
  account_id: AccountId,
  autonomy_mode: AutonomyMode,
});
export type AutoApprovalPolicyInputV1 = z.infer<typeof AutoApprovalPolicyInputV1>;

export const AutoApprovalPolicyResultV1 = z.object({
  decision: AutoApprovalDecision,
  reason: Reason,
  explanation: z.string(),
  policy_version: z.string(),
  policy_clause: z.string(),
});
export type AutoApprovalPolicyResultV1 = z.infer<typeof AutoApprovalPolicyResultV1>;
