import { matchingClauses, type PolicyQuestion } from "./clauses-v1.ts";
import { APPROVE, type AutoApprovalDecision, POLICY_V1, type RatedFinding } from "./policy.ts";

/** From least to most severe. */
const SEVERITY: Readonly<Record<AutoApprovalDecision, number>> = {
  AUTO_EXECUTE: 0,
  REQUIRE_APPROVAL: 1,
  BLOCK: 2,
};

export interface PolicyAnswer {
  readonly decision: AutoApprovalDecision;
  readonly policy_version: string;
  /** Every clause that matched, in the policy's order. Never empty. */
  readonly findings: readonly RatedFinding[];
  /** The first of the most severe findings: it decides. */
  readonly primary: RatedFinding;
}

/**
 * AutoApprovalPolicyV1. Pure: the same question has the same answer. The most severe matching
 * clause decides, so no clause can loosen what another one holds; AUTO_EXECUTE needs none to match
 * and the mode to say so.
 */
export function evaluatePolicy(question: PolicyQuestion): PolicyAnswer {
  const matching = matchingClauses(question);
  const findings = matching.length > 0 ? matching : [allowed(question)];
  const primary = findings.reduce((worst, finding) =>
    SEVERITY[finding.decision] > SEVERITY[worst.decision] ? finding : worst,
  );
  return { decision: primary.decision, policy_version: POLICY_V1, findings, primary };
}

/** The one place that allows: it names everything it relies on and refuses whatever is left. */
function allowed(question: PolicyQuestion): RatedFinding {
  const { autonomy_mode, facts } = question;
  const lowRisk = facts.risk_level === "LOW" || facts.risk_level === "MINIMAL";
  const confident =
    facts.confidence_score !== null && facts.confidence_score >= facts.min_confidence;
  if (autonomy_mode !== "AUTO_EXECUTE" || !lowRisk || !confident) {
    return {
      clause: "POLICY_ERROR",
      reason: "POLICY_ERROR",
      decision: "REQUIRE_APPROVAL",
      explanation: `No clause of ${POLICY_V1} covers this case, so it allows nothing. ${APPROVE}`,
    };
  }
  return {
    clause: "AUTO_EXECUTE_ALLOWED",
    reason: "POLICY_ALLOWED",
    decision: "AUTO_EXECUTE",
    explanation: `It may run by itself: risk ${facts.risk_level}, confidence ${facts.confidence_score} of at least ${facts.min_confidence}.`,
  };
}
