import { type BudgetRefusal, dayLimit } from "../budget/claim.ts";
import type { BudgetReport } from "../budget/report.ts";
import type { BudgetPosition } from "../budget/state.ts";
import type { Calendar } from "../day.ts";
import type {
  AutoExecuteDecision,
  GrantedBudget,
  RequireApprovalDecision,
  SpentBudget,
} from "../decision/decision.ts";
import { autoExecute, requireApproval } from "../decision/make.ts";
import { heldBy, type Ruling } from "../policy/evaluate.ts";
import { APPROVE, type RatedFinding } from "../policy/policy.ts";
import type { DecisionQuestion } from "../policy/question.ts";
import type { ClaimingProposal } from "./decide.ts";

/** What the budget says to a claim. */
export type Reservation = { readonly granted: true } | BudgetRefusal;

/** The final decision on a claim: AUTO_EXECUTE when granted, REQUIRE_APPROVAL when refused. */
export function conclude(
  { question, allowed, claim }: ClaimingProposal,
  reservation: Reservation,
  position: BudgetPosition,
  calendar: Calendar,
): AutoExecuteDecision | RequireApprovalDecision {
  const { timeZone } = claim.terms;
  const inForce = dayLimit(position, claim.terms);
  const granted: GrantedBudget = {
    date_key: position.day,
    timezone: timeZone,
    limit: inForce.limit,
    limited_by: "DAY",
    resets_at: calendar.endOf(position.day, timeZone),
    ...(inForce.limit < claim.terms.dailyLimit ? { configured_limit: claim.terms.dailyLimit } : {}),
    ...(inForce.unusedDays === undefined ? {} : { unused_days: inForce.unusedDays }),
  };
  if ("granted" in reservation) return withinBudget(question, allowed, granted);
  const { limit, used, limitedBy } = reservation;
  return overBudget(question, allowed, { ...granted, limit, used, limited_by: limitedBy });
}

/** AUTO_EXECUTE within the budget reported: what the policy allowed, counted for a day. */
export function withinBudget(
  question: DecisionQuestion,
  allowed: Ruling<"AUTO_EXECUTE">,
  budget: GrantedBudget,
): AutoExecuteDecision {
  const explanation = `${allowed.primary.explanation} Within the budget of ${budget.limit} for ${dayText(budget)}.${decayText(budget)}`;
  const primary = { ...allowed.primary, explanation };
  return autoExecute(question, { ...allowed, primary, findings: [primary] }, budget);
}

/** REQUIRE_APPROVAL because the budget reported is spent, although the policy allowed. */
export function overBudget(
  question: DecisionQuestion,
  { policy_version }: Ruling<"AUTO_EXECUTE">,
  budget: SpentBudget,
): RequireApprovalDecision {
  return requireApproval(
    question,
    heldBy(exhaustedFinding(question, budget), policy_version),
    budget,
  );
}

function exhaustedFinding(
  { account_id, action_type }: Pick<DecisionQuestion, "account_id" | "action_type">,
  budget: SpentBudget,
): RatedFinding<"REQUIRE_APPROVAL"> {
  const byType = budget.limited_by === "ACTION_TYPE";
  const actions = byType ? `autonomous ${action_type} actions` : "autonomous actions";
  const spent =
    budget.limit === 0
      ? `Account ${account_id} has a limit of 0 ${actions} a day, so none may run by itself.`
      : `Account ${account_id} has used ${budget.used} of its ${budget.limit} ${actions} for ${dayText(budget)}; the budget resets at ${budget.resets_at}.`;
  return {
    decision: "REQUIRE_APPROVAL",
    reason: "BUDGET_EXHAUSTED",
    clause: byType ? "BUDGET_ACTION_TYPE" : "BUDGET_DAY",
    explanation: `${spent}${byType ? "" : decayText(budget)} ${APPROVE}`,
  };
}

function dayText({ date_key, timezone }: BudgetReport): string {
  return `${date_key} (${timezone})`;
}

function decayText({ limit, configured_limit, unused_days }: BudgetReport): string {
  if (configured_limit === undefined) return "";
  const why =
    unused_days === undefined
      ? ": no earlier day with use is known"
      : ` after ${unused_days} days without use`;
  return ` The configured limit of ${configured_limit} has decayed to ${limit}${why}.`;
}
