import type { BudgetClaim } from "../budget/claim.ts";
import { claimTerms } from "../budget/terms.ts";
import { findEntry } from "../catalogue/find-entry.ts";
import type { Decision } from "../decision/decision.ts";
import type { ActionIntentV1 } from "../intent/intent.ts";
import type { InputIssue } from "../intent/json-bounds.ts";
import { appliedKillSwitches } from "../kill-switch/kill-switch.ts";
import { resolveMode } from "../mode/resolve-mode.ts";
import type { PolicyQuestion } from "../policy/clauses-v1.ts";
import { evaluatePolicy, type PolicyAnswer } from "../policy/evaluate.ts";
import { factsOf, type PolicyFacts } from "../policy/facts.ts";
import { APPROVE, type Finding, POLICY_V1, type RatedFinding } from "../policy/policy.ts";
import { quoted } from "../stored.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the gate would say; AUTO_EXECUTE stands only once its claim is granted (see `settle`). */
export interface ProposedDecision {
  readonly decision: Decision;
  /** Present exactly when `decision` is AUTO_EXECUTE. */
  readonly claim?: BudgetClaim;
}

/** Decides one intent. Pure: the same intent and snapshot have the same answer. */
export function decide(intent: ActionIntentV1, snapshot: Snapshot): ProposedDecision {
  const question = questionOf(intent, snapshot);
  const answer = evaluatePolicy(question);
  if (answer.decision !== "AUTO_EXECUTE") return { decision: decisionOf(question, answer) };

  const budget = claimTerms(snapshot, intent.action_type, snapshot.calendar);
  if (budget.status === "missing") {
    return { decision: withoutBudget(question, answer, budget.problem) };
  }
  return {
    decision: decisionOf(question, answer),
    claim: {
      accountId: intent.account_id,
      actionType: intent.action_type,
      terms: budget.terms,
    },
  };
}

/** The decision for an intent whose ids are usable and whose content is not. */
export function decideInvalid(issues: readonly InputIssue[], decidedAt: string): Decision {
  const reasons = issues.slice(0, ISSUES_MAX).map(invalidFinding);
  const [first] = reasons;
  if (first === undefined) throw new TypeError("An invalid intent has at least one issue.");
  const others = issues.length === 1 ? "" : ` (and ${issues.length - 1} more)`;
  return {
    decision: "BLOCK",
    reason: first.reason,
    explanation: `The intent is not valid and must not run: ${first.explanation}${others}.`,
    reasons,
    policy_version: POLICY_V1,
    policy_clause: first.clause,
    autonomy_mode: null,
    mode_source: null,
    facts: null,
    executable_after_approval: false,
    approval_source: null,
    auto_executed: false,
    decided_at: decidedAt,
  };
}

/** The decision that follows from the answer to a question. */
export function decisionOf(question: PolicyQuestion, answer: PolicyAnswer): Decision {
  const { primary, findings } = answer;
  const automatic = answer.decision === "AUTO_EXECUTE";
  const onlyProposed = findings.some(({ reason }) => reason === "PROPOSE_ONLY");
  return {
    decision: answer.decision,
    reason: primary.reason,
    explanation: primary.explanation,
    reasons: findings.map(({ reason, clause, explanation }) => ({ reason, clause, explanation })),
    policy_version: answer.policy_version,
    policy_clause: primary.clause,
    autonomy_mode: question.autonomy_mode,
    mode_source: question.mode_source,
    facts: question.facts,
    executable_after_approval: answer.decision !== "BLOCK" && !onlyProposed,
    approval_source: automatic ? "POLICY" : null,
    auto_executed: automatic,
    decided_at: question.decided_at,
  };
}

/** The decision when the policy would allow it but there is no budget to claim from. */
export function withoutBudget(
  question: PolicyQuestion,
  answer: PolicyAnswer,
  problem: string,
): Decision {
  const finding: RatedFinding = {
    decision: "REQUIRE_APPROVAL",
    reason: "BUDGET_NOT_CONFIGURED",
    clause: "BUDGET_CONFIG",
    explanation: `${question.action_type} may not run by itself on account ${question.account_id}: ${problem}. ${APPROVE}`,
  };
  const facts: PolicyFacts = { ...question.facts, budget_problem: problem };
  return decisionOf({ ...question, facts }, heldBy(finding, answer));
}

/** The answer of a policy that allowed, after something else has held the action. */
function heldBy(finding: RatedFinding, answer: PolicyAnswer): PolicyAnswer {
  return { ...answer, decision: finding.decision, findings: [finding], primary: finding };
}

const ISSUES_MAX = 20;
const ISSUE_LENGTH_MAX = 200;

function invalidFinding({ path, message }: InputIssue): Finding {
  const where = quoted(path, 100).slice(1, -1);
  const explanation = `${where}: ${message}`.slice(0, ISSUE_LENGTH_MAX);
  return { reason: "INVALID_INTENT", clause: "SCHEMA", explanation };
}

function questionOf(intent: ActionIntentV1, snapshot: Snapshot): PolicyQuestion {
  const { calendar } = snapshot;
  const mode = resolveMode(snapshot.modes);
  const stops = appliedKillSwitches(snapshot.killSwitches, intent.action_type, calendar.epochMs);
  const policyFound = unknownPolicy(snapshot);
  return {
    tenant_id: intent.tenant_id,
    account_id: intent.account_id,
    action_type: intent.action_type,
    autonomy_mode: mode.mode,
    mode_source: mode.source,
    facts: {
      ...factsOf(intent, findEntry(snapshot.catalogue, intent.action_type)),
      ...(mode.found === undefined ? {} : { mode_found: mode.found }),
      ...(stops.length === 0 ? {} : { kill_switches: stops }),
      ...(policyFound === undefined ? {} : { policy_found: policyFound }),
    },
    epochMs: calendar.epochMs,
    decided_at: calendar.instant,
  };
}

/** The policy version asked for, when it is not one of ours: the tenant's, else the global one. */
function unknownPolicy({ activePolicy }: Snapshot): string | undefined {
  const pointer =
    activePolicy.TENANT.status === "absent" ? activePolicy.GLOBAL : activePolicy.TENANT;
  if (pointer.status === "absent") return undefined;
  if (pointer.status === "unreadable") return pointer.found;
  const { policy_version } = pointer.value;
  return policy_version === POLICY_V1 ? undefined : quoted(policy_version);
}
