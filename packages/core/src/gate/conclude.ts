import { type BudgetRefusal, tenantPosition } from "../budget/claim.ts";
import { exhaustedFinding, grantedAt, spentAt, withinText } from "../budget/explain.ts";
import type { ClaimPosition } from "../budget/state.ts";
import type { Calendar, DateKey } from "../day.ts";
import type {
  AutoExecuteDecision,
  GrantedBudget,
  RequireApprovalDecision,
  SpentBudget,
} from "../decision/decision.ts";
import { autoExecute, requireApproval } from "../decision/make.ts";
import { heldBy, type Ruling } from "../policy/evaluate.ts";
import type { DecisionQuestion } from "../policy/question.ts";
import type { ClaimingProposal } from "./decide.ts";

/** What the budget says to a claim. */
export type Reservation = { readonly granted: true } | BudgetRefusal;

/** The final decision on a claim: AUTO_EXECUTE when granted, REQUIRE_APPROVAL when refused. */
export function conclude(
  { question, allowed, claim }: ClaimingProposal,
  reservation: Reservation,
  position: ClaimPosition,
  calendar: Calendar,
): AutoExecuteDecision | RequireApprovalDecision {
  const { terms, tenantTerms } = claim;
  if ("granted" in reservation) {
    const budget = grantedAt(terms, position, calendar);
    const tenantDateKey = tenantTerms && tenantPosition(position).dateKey;
    return withinBudget(question, allowed, budget, tenantDateKey);
  }
  const spent =
    reservation.scope === undefined || tenantTerms === undefined
      ? spentAt(terms, position, calendar, reservation)
      : spentAt(tenantTerms, tenantPosition(position), calendar, reservation);
  return overBudget(question, allowed, spent);
}

/** AUTO_EXECUTE within the budget reported: what the policy allowed, counted for a day. */
export function withinBudget(
  question: DecisionQuestion,
  allowed: Ruling<"AUTO_EXECUTE">,
  budget: GrantedBudget,
  tenantDateKey?: DateKey,
): AutoExecuteDecision {
  const explanation = `${allowed.primary.explanation} ${withinText(budget)}`;
  const primary = { ...allowed.primary, explanation };
  return autoExecute(question, { ...allowed, primary, findings: [primary] }, budget, tenantDateKey);
}

/** REQUIRE_APPROVAL because the budget reported is spent, although the policy allowed. */
export function overBudget(
  question: DecisionQuestion,
  { policy_version }: Ruling<"AUTO_EXECUTE">,
  budget: SpentBudget,
): RequireApprovalDecision {
  const finding = exhaustedFinding(budget, question);
  return requireApproval(question, heldBy(finding, policy_version), budget);
}
