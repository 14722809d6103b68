import { instantMs } from "../day.ts";
import type { Decision, DecisionRecord } from "../decision/decision.ts";
import { evaluatePolicy } from "../policy/evaluate.ts";
import { decisionOf, withoutBudget } from "./decide.ts";
import { budgetExhausted, withinBudget } from "./settle.ts";

/** Takes a decision again from its record alone: same facts, same version, same answer. */
export function recompute(record: DecisionRecord): Decision {
  const { facts, mode_source, action_type, budget } = record;
  // An invalid intent was never put to the policy: its issues are its facts.
  if (facts === null || mode_source === null || action_type === null) return record;

  const question = {
    tenant_id: record.tenant_id,
    account_id: record.account_id,
    action_type,
    autonomy_mode: record.autonomy_mode,
    mode_source,
    facts,
    epochMs: instantMs(record.decided_at),
    decided_at: record.decided_at,
  };
  const answer = evaluatePolicy(question);
  const allowed = decisionOf(question, answer);
  if (allowed.decision !== "AUTO_EXECUTE") return allowed;
  if (facts.budget_problem !== undefined) {
    return withoutBudget(question, answer, facts.budget_problem);
  }
  // AUTO_EXECUTE is never reached without a budget that granted it.
  if (budget === undefined) return withoutBudget(question, answer, "no budget was recorded");
  if (budget.used === undefined) return withinBudget(allowed, budget);
  const whose = { accountId: record.account_id, actionType: action_type };
  return budgetExhausted(allowed, whose, budget);
}
