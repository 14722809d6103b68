import { DEFAULT_TIME_ZONE } from "../budget/budget.ts";
import type { BudgetClaim } from "../budget/claim.ts";
import { type ClaimTerms, claimTerms } from "../budget/claim-terms.ts";
import { findEntry } from "../catalogue/find-entry.ts";
import type {
  BlockDecision,
  RefusedDecision,
  RequireApprovalDecision,
} from "../decision/decision.ts";
import { block, refuse, requireApproval } from "../decision/make.ts";
import type { ActionIntentV1 } from "../intent/intent.ts";
import type { InputIssue } from "../intent/json-bounds.ts";
import { appliedKillSwitches } from "../kill-switch/kill-switch.ts";
import { resolveMode } from "../mode/resolve-mode.ts";
import { evaluatePolicy, heldBy, type Ruling } from "../policy/evaluate.ts";
import { factsOf } from "../policy/facts.ts";
import { APPROVE, type RatedFinding } from "../policy/policy.ts";
import type { DecisionQuestion } from "../policy/question.ts";
import { DEFAULT_POLICY, policyInForce } from "../policy/registry.ts";
import { quoted } from "../stored.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the gate would say: AUTO_EXECUTE is not decided before its claim is granted (`conclude`). */
export type Proposal = HeldProposal | ClaimingProposal;

interface HeldProposal {
  readonly kind: "held";
  readonly decision: RefusedDecision;
}

export interface ClaimingProposal {
  readonly kind: "claiming";
  readonly question: DecisionQuestion;
  readonly allowed: Ruling<"AUTO_EXECUTE">;
  readonly claim: BudgetClaim;
}

/** Decides one intent. Pure: the same intent and snapshot have the same answer. */
export function decide(intent: ActionIntentV1, snapshot: Snapshot): Proposal {
  const { policy, found } = policyInForce(snapshot.activePolicy);
  const question = questionOf(intent, snapshot, found);
  const answer = evaluatePolicy(policy, question);
  if (answer.decision !== "AUTO_EXECUTE") return held(refuse(question, answer));

  const budget = claimTerms(snapshot, intent.action_type, snapshot.calendar);
  if (budget.status === "missing") return held(withoutBudget(question, answer, budget.problem));
  const { account_id: accountId, action_type: actionType } = intent;
  const { terms, tenantTerms } = budget;
  const claim = { accountId, actionType, terms, ...(tenantTerms && { tenantTerms }) };
  return {
    kind: "claiming",
    question: withTzData(question, budget, snapshot),
    allowed: answer,
    claim,
  };
}

/** UTC has no rules that change: only days of other zones depend on the data they were found with. */
function withTzData(
  question: DecisionQuestion,
  { terms, tenantTerms = terms }: ClaimTerms,
  { calendar: { tzData } }: Snapshot,
): DecisionQuestion {
  const zones = [terms.timeZone, tenantTerms.timeZone];
  if (tzData === undefined || zones.every((zone) => zone === DEFAULT_TIME_ZONE)) return question;
  return { ...question, facts: { ...question.facts, tz_data: tzData } };
}

/** The decision for an intent whose ids are usable and whose content is not. */
export function decideInvalid(issues: readonly InputIssue[], decidedAt: string): BlockDecision {
  const findings = issues.slice(0, ISSUES_MAX).map(invalidFinding);
  const [first] = findings;
  if (first === undefined) throw new TypeError("An invalid intent has at least one issue.");
  const others = issues.length === 1 ? "" : ` (and ${issues.length - 1} more)`;
  const explanation = `The intent is not valid and must not run: ${first.explanation}${others}.`;
  return block(
    { autonomy_mode: null, mode_source: null, facts: null, now: { instant: decidedAt } },
    {
      decision: "BLOCK",
      policy_version: DEFAULT_POLICY.version,
      primary: { ...first, explanation },
      findings,
    },
  );
}

/** The decision when the policy would allow it but there is no budget to claim from. */
export function withoutBudget(
  question: DecisionQuestion,
  { policy_version }: Ruling<"AUTO_EXECUTE">,
  problem: string,
): RequireApprovalDecision {
  const finding: RatedFinding<"REQUIRE_APPROVAL"> = {
    decision: "REQUIRE_APPROVAL",
    reason: "BUDGET_NOT_CONFIGURED",
    clause: "BUDGET_CONFIG",
    explanation: `${question.action_type} may not run by itself on account ${question.account_id}: ${problem}. ${APPROVE}`,
  };
  const facts = { ...question.facts, budget_problem: problem };
  return requireApproval({ ...question, facts }, heldBy(finding, policy_version));
}

function held(decision: RefusedDecision): HeldProposal {
  return { kind: "held", decision };
}

const ISSUES_MAX = 20;
const ISSUE_LENGTH_MAX = 200;

function invalidFinding({ path, message }: InputIssue): RatedFinding<"BLOCK"> {
  const where = quoted(path, 100).slice(1, -1);
  const explanation = `${where}: ${message}`.slice(0, ISSUE_LENGTH_MAX);
  return { decision: "BLOCK", reason: "INVALID_INTENT", clause: "SCHEMA", explanation };
}

function questionOf(
  intent: ActionIntentV1,
  snapshot: Snapshot,
  policyFound: string | undefined,
): DecisionQuestion {
  const { calendar } = snapshot;
  const mode = resolveMode(snapshot.modes);
  const stops = appliedKillSwitches(snapshot.killSwitches, intent.action_type, calendar.epochMs);
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
    now: calendar,
  };
}
