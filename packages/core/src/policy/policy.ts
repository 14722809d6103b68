import * as z from "zod";
import { AccountId, ActionType, TenantId } from "../ids.ts";
import { AutonomyMode } from "../mode/mode.ts";

/** What the gate says of an intent. BLOCK is final: no approval may override it. */
export const AutoApprovalDecision = z.enum(["AUTO_EXECUTE", "REQUIRE_APPROVAL", "BLOCK"]);
export type AutoApprovalDecision = z.infer<typeof AutoApprovalDecision>;

/** Every reason, with the decisions it may have. A new reason is a new schema version. */
export const REASON_DECISIONS = {
  POLICY_ALLOWED: ["AUTO_EXECUTE"],
  KILL_SWITCH: ["REQUIRE_APPROVAL", "BLOCK"],
  INTENT_EXPIRED: ["BLOCK"],
  ACTION_TYPE_DISABLED: ["BLOCK"],
  INVALID_INTENT: ["BLOCK"],
  ACTION_TYPE_UNKNOWN: ["REQUIRE_APPROVAL"],
  PROPOSE_ONLY: ["REQUIRE_APPROVAL"],
  TENANT_POLICY: ["REQUIRE_APPROVAL", "BLOCK"],
  MODE_NOT_CONFIGURED: ["REQUIRE_APPROVAL"],
  UNKNOWN_MODE: ["REQUIRE_APPROVAL"],
  EXTERNAL_CONTACT: ["REQUIRE_APPROVAL"],
  RISK_LEVEL_UNKNOWN: ["REQUIRE_APPROVAL"],
  RISK_LEVEL_HIGH: ["REQUIRE_APPROVAL"],
  RISK_LEVEL_MEDIUM: ["REQUIRE_APPROVAL"],
  CONFIDENCE_MISSING: ["REQUIRE_APPROVAL"],
  CONFIDENCE_INVALID: ["REQUIRE_APPROVAL"],
  CONFIDENCE_BELOW_THRESHOLD: ["REQUIRE_APPROVAL"],
  BUDGET_NOT_CONFIGURED: ["REQUIRE_APPROVAL"],
  BUDGET_EXHAUSTED: ["REQUIRE_APPROVAL"],
  POLICY_ERROR: ["REQUIRE_APPROVAL"],
} as const satisfies Record<string, readonly [AutoApprovalDecision, ...AutoApprovalDecision[]]>;

type ReasonDecisions = typeof REASON_DECISIONS;

/** The reasons that may have a decision. */
export type ReasonFor<D extends AutoApprovalDecision> = {
  [R in keyof ReasonDecisions]: D extends ReasonDecisions[R][number] ? R : never;
}[keyof ReasonDecisions];

const DECISIONS_OF: ReadonlyMap<string, readonly AutoApprovalDecision[]> = new Map(
  Object.entries(REASON_DECISIONS),
);

function reasonsFor<D extends AutoApprovalDecision>(decision: D) {
  const mayHave = (reason: string): reason is ReasonFor<D> =>
    DECISIONS_OF.get(reason)?.includes(decision) === true;
  return z.enum(Object.keys(REASON_DECISIONS).filter(mayHave));
}

/** Why an action may run by itself, why it needs a person, and why it must not run. */
export const AllowedReason = reasonsFor("AUTO_EXECUTE");
export const HeldReason = reasonsFor("REQUIRE_APPROVAL");
export const BlockedReason = reasonsFor("BLOCK");

/** Why, as a closed list: what allows, what may block, then the rest, as in the contract. */
export const Reason = z.enum([
  ...new Set([...AllowedReason.options, ...BlockedReason.options, ...HeldReason.options]),
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

/** A finding with the decision it leads to, which is one that its reason may have. */
export type RatedFinding<D extends AutoApprovalDecision = AutoApprovalDecision> =
  D extends AutoApprovalDecision
    ? {
        readonly clause: string;
        readonly reason: ReasonFor<D>;
        readonly decision: D;
        readonly explanation: string;
      }
    : never;

/** A finding that speaks against running by itself. */
export type Objection = RatedFinding<"REQUIRE_APPROVAL" | "BLOCK">;

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
