/** Policies: reasons, questions, facts. Pure. */

export { MIN_CONFIDENCE } from "../policy/facts.ts";
export { AutoApprovalDecision, POLICY_V1, Reason } from "../policy/policy.ts";
