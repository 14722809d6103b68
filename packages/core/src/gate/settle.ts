import { type BudgetClaim, type BudgetRefusal, dayLimit } from "../budget/claim.ts";
import type { BudgetReport } from "../budget/report.ts";
import type { BudgetPosition } from "../budget/state.ts";
import type { Calendar } from "../day.ts";
import type { Decision } from "../decision/decision.ts";
import type { AccountId, ActionType } from "../ids.ts";
import { APPROVE, type Finding } from "../policy/policy.ts";
import type { ProposedDecision } from "./decide.ts";

/** A proposal that asks for budget: AUTO_EXECUTE if it is granted. */
export type ClaimingDecision = ProposedDecision & { readonly claim: BudgetClaim };

/** What the budget says to a claim. */
export type Reservation = { readonly granted: true } | BudgetRefusal;

/** The final decision: a granted claim keeps AUTO_EXECUTE, a refused one needs a person. */
export function settle(
  { decision, claim }: ClaimingDecision,
  reservation: Reservation,
  position: BudgetPosition,
  calendar: Calendar,
): Decision {
  const { timeZone } = claim.terms;
  const inForce = dayLimit(position, claim.terms);
  const report: BudgetReport = {
    date_key: position.day,
    timezone: timeZone,
    limit: inForce.limit,
    limited_by: "DAY",
    resets_at: calendar.endOf(position.day, timeZone),
    ...(inForce.limit < claim.terms.dailyLimit ? { configured_limit: claim.terms.dailyLimit } : {}),
    ...(inForce.unusedDays === undefined ? {} : { unused_days: inForce.unusedDays }),
  };
  if ("granted" in reservation) return withinBudget(decision, report);
  const { limit, used, limitedBy } = reservation;
  return budgetExhausted(decision, claim, { ...report, limit, used, limited_by: limitedBy });
}

/** AUTO_EXECUTE within the budget reported: what the policy allowed, counted for a day. */
export function withinBudget(allowed: Decision, budget: BudgetReport): Decision {
  const explanation = `${allowed.explanation} Within the budget of ${budget.limit} for ${dayText(budget)}.${decayText(budget)}`;
  const reasons = allowed.reasons.map((finding) => ({ ...finding, explanation }));
  return { ...allowed, explanation, reasons, budget, date_key: budget.date_key };
}

/** REQUIRE_APPROVAL because the budget reported is spent, although the policy allowed. */
export function budgetExhausted(
  allowed: Decision,
  whose: { readonly accountId: AccountId; readonly actionType: ActionType },
  budget: BudgetReport,
): Decision {
  const byType = budget.limited_by === "ACTION_TYPE";
  const actions = byType ? `autonomous ${whose.actionType} actions` : "autonomous actions";
  const spent =
    budget.limit === 0
      ? `Account ${whose.accountId} has a limit of 0 ${actions} a day, so none may run by itself.`
      : `Account ${whose.accountId} has used ${budget.used} of its ${budget.limit} ${actions} for ${dayText(budget)}; the budget resets at ${budget.resets_at}.`;
  const finding: Finding = {
    reason: "BUDGET_EXHAUSTED",
    clause: byType ? "BUDGET_ACTION_TYPE" : "BUDGET_DAY",
    explanation: `${spent}${byType ? "" : decayText(budget)} ${APPROVE}`,
  };
  return {
    ...allowed,
    decision: "REQUIRE_APPROVAL",
    reason: finding.reason,
    explanation: finding.explanation,
    reasons: [finding],
    policy_clause: finding.clause,
    budget,
    approval_source: null,
    auto_executed: false,
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
