import type { AutonomyMode } from "../mode/mode.ts";
import { killSwitchObjections } from "./kill-switch.ts";
import { APPROVE, type AutoApprovalDecision, type Objection, type RatedFinding } from "./policy.ts";
import type { PolicyQuestion } from "./question.ts";

/**
 * One version of the rules. It says what it finds in each mode, and where the mode is not known.
 * Only AUTO_EXECUTE can be allowed. A policy is pure: the same question has the same findings.
 */
export interface Policy {
  readonly version: string;
  readonly evaluate: {
    readonly [Mode in AutonomyMode | "UNKNOWN"]: (
      question: PolicyQuestion,
    ) => readonly (Mode extends "AUTO_EXECUTE" ? RatedFinding : Objection)[];
  };
}

/** What a decision follows from: all that was found, and which finding decides. */
export interface Ruling<D extends AutoApprovalDecision> {
  readonly decision: D;
  readonly policy_version: string;
  /** The first of the most severe findings. */
  readonly primary: RatedFinding<D>;
  /** In order of precedence; never empty. None is more severe than the primary one. */
  readonly findings: readonly RatedFinding<D extends "BLOCK" ? Objection["decision"] : D>[];
}

export type PolicyAnswer = Ruling<"AUTO_EXECUTE"> | Ruling<"REQUIRE_APPROVAL"> | Ruling<"BLOCK">;

/**
 * The answer of a policy, with the clauses that come before and after every policy: kill switches,
 * and a policy version that is not known. An objection outweighs any allowance, and the most severe
 * objection decides. Without any finding the answer is REQUIRE_APPROVAL.
 */
export function evaluatePolicy(policy: Policy, question: PolicyQuestion): PolicyAnswer {
  const found: readonly RatedFinding[] = [
    ...killSwitchObjections(question),
    ...policy.evaluate[question.autonomy_mode ?? "UNKNOWN"](question),
    ...unknownVersionObjections(question),
  ];
  const policy_version = policy.version;
  const findings = found.filter((finding) => finding.decision !== "AUTO_EXECUTE");
  const block = findings.find((finding) => finding.decision === "BLOCK");
  if (block !== undefined) return { decision: "BLOCK", policy_version, primary: block, findings };

  const holds = findings.filter((finding) => finding.decision === "REQUIRE_APPROVAL");
  const [hold] = holds;
  if (hold !== undefined) {
    return { decision: "REQUIRE_APPROVAL", policy_version, primary: hold, findings: holds };
  }
  const allowed = found.find((finding) => finding.decision === "AUTO_EXECUTE");
  if (allowed === undefined) return heldBy(notCovered(policy_version), policy_version);
  return { decision: "AUTO_EXECUTE", policy_version, primary: allowed, findings: [allowed] };
}

/** The refusal for which one finding is the only reason. */
export function heldBy(
  finding: RatedFinding<"REQUIRE_APPROVAL">,
  policy_version: string,
): Ruling<"REQUIRE_APPROVAL"> {
  return { decision: "REQUIRE_APPROVAL", policy_version, primary: finding, findings: [finding] };
}

/** A policy version that is not known allows nothing, whatever is evaluated in its place. */
function unknownVersionObjections({ facts }: PolicyQuestion): Objection[] {
  const { policy_found } = facts;
  if (policy_found === undefined) return [];
  return [
    policyError(
      `The active policy is set to ${policy_found}, which this gate does not know, so it allows nothing. ${APPROVE}`,
    ),
  ];
}

function notCovered(version: string): RatedFinding<"REQUIRE_APPROVAL"> {
  return policyError(`No clause of ${version} covers this case, so it allows nothing. ${APPROVE}`);
}

function policyError(explanation: string): RatedFinding<"REQUIRE_APPROVAL"> {
  return {
    clause: "POLICY_ERROR",
    reason: "POLICY_ERROR",
    decision: "REQUIRE_APPROVAL",
    explanation,
  };
}
