import type { BudgetClaim, BudgetRefusal } from "../budget/claim.ts";
import { exhaustedFinding, reportAt, withinText } from "../budget/explain.ts";
import type { BudgetReport } from "../budget/report.ts";
import type { BudgetPosition } from "../budget/state.ts";
import type { Calendar } from "../day.ts";
import type { Decision } from "../decision/decision.ts";
import type { AccountId, ActionType } from "../ids.ts";
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
  if ("granted" in reservation) {
    return withinBudget(decision, reportAt(claim.terms, position, calendar));
  }
  return budgetExhausted(decision, claim, reportAt(claim.terms, position, calendar, reservation));
}

/** AUTO_EXECUTE within the budget reported: what the policy allowed, counted for a day. */
export function withinBudget(allowed: Decision, budget: BudgetReport): Decision {
  const explanation = `${allowed.explanation} ${withinText(budget)}`;
  const reasons = allowed.reasons.map((finding) => ({ ...finding, explanation }));
  return { ...allowed, explanation, reasons, budget, date_key: budget.date_key };
}

/** REQUIRE_APPROVAL because the budget reported is spent, although the policy allowed. */
export function budgetExhausted(
  allowed: Decision,
  whose: { readonly accountId: AccountId; readonly actionType: ActionType },
  budget: BudgetReport,
): Decision {
  const finding = exhaustedFinding(budget, whose);
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
