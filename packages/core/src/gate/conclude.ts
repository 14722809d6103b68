import type { BudgetRefusal } from "../budget/claim.ts";
import { exhaustedFinding, grantedAt, spentAt, withinText } from "../budget/explain.ts";
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
  if ("granted" in reservation) {
    return withinBudget(question, allowed, grantedAt(claim.terms, position, calendar));
  }
  return overBudget(question, allowed, spentAt(claim.terms, position, calendar, reservation));
}

/** AUTO_EXECUTE within the budget reported: what the policy allowed, counted for a day. */
export function withinBudget(
  question: DecisionQuestion,
  allowed: Ruling<"AUTO_EXECUTE">,
  budget: GrantedBudget,
): AutoExecuteDecision {
  const explanation = `${allowed.primary.explanation} ${withinText(budget)}`;
  const primary = { ...allowed.primary, explanation };
  return autoExecute(question, { ...allowed, primary, findings: [primary] }, budget);
}

/** REQUIRE_APPROVAL because the budget reported is spent, although the policy allowed. */
export function overBudget(
  question: DecisionQuestion,
  { policy_version }: Ruling<"AUTO_EXECUTE">,
  budget: SpentBudget,
): RequireApprovalDecision {
  const { account_id: accountId, action_type: actionType } = question;
  const finding = exhaustedFinding(budget, { accountId, actionType });
  return requireApproval(question, heldBy(finding, policy_version), budget);
}
