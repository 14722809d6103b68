import { instantMs } from "../day.ts";
import type { Decision, DecisionRecord } from "../decision/decision.ts";
import { refuse } from "../decision/make.ts";
import { evaluatePolicy, type Ruling } from "../policy/evaluate.ts";
import type { DecisionQuestion } from "../policy/question.ts";
import { findPolicy } from "../policy/registry.ts";
import { overBudget, withinBudget } from "./conclude.ts";
import { withoutBudget } from "./decide.ts";

export type Recomputed =
  | { readonly status: "recomputed"; readonly decision: Decision }
  /** This gate does not know the policy version that the record names. */
  | { readonly status: "unknown-policy"; readonly policy_version: string };

/** Takes a decision again from its record alone: same facts, same version, same answer. */
export function recompute(record: DecisionRecord): Recomputed {
  const { facts, mode_source, action_type, policy_version } = record;
  // An invalid intent was never put to the policy: its issues are its facts.
  if (facts === null || mode_source === null || action_type === null) {
    return { status: "recomputed", decision: record };
  }
  const policy = findPolicy(policy_version);
  if (policy === undefined) return { status: "unknown-policy", policy_version };
  const question = {
    tenant_id: record.tenant_id,
    account_id: record.account_id,
    action_type,
    autonomy_mode: record.autonomy_mode,
    mode_source,
    facts,
    now: { epochMs: instantMs(record.decided_at), instant: record.decided_at },
  };
  const answer = evaluatePolicy(policy, question);
  const decision =
    answer.decision === "AUTO_EXECUTE"
      ? withBudget(question, answer, record)
      : refuse(question, answer);
  return { status: "recomputed", decision };
}

/** AUTO_EXECUTE is never reached without a budget that granted it. */
function withBudget(
  question: DecisionQuestion,
  allowed: Ruling<"AUTO_EXECUTE">,
  { budget, tenant_date_key }: DecisionRecord,
): Decision {
  const { budget_problem } = question.facts;
  if (budget_problem !== undefined) return withoutBudget(question, allowed, budget_problem);
  if (budget === undefined) return withoutBudget(question, allowed, "no budget was recorded");
  return budget.used === undefined
    ? withinBudget(question, allowed, budget, tenant_date_key)
    : overBudget(question, allowed, budget);
}
