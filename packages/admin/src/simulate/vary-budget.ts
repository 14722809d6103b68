import type { StoredBudget } from "@autonomy-gate/core/budget/budget";
import { positionNow } from "@autonomy-gate/core/budget/state";
import { budgetInForce, budgetTerms } from "@autonomy-gate/core/budget/terms";
import { readable } from "./overrides.ts";
import type { Simulated, Variation } from "./variation.ts";

/** Single changes to the budget, as a write made now would make them. */
export function varyBudget(simulated: Simulated): Variation[] {
  const { intent, snapshot } = simulated;
  const answer = budgetTerms(snapshot.budgets, intent.action_type);
  if (answer.status === "missing") {
    return [withDaily(simulated, "daily budget none → 1", { max_autonomous_per_day: 1 })];
  }
  const { terms } = answer;
  const { account, tenant } = snapshot.budgets;
  const inForce = budgetInForce(account, tenant);
  if (inForce.status !== "readable") throw new TypeError("Terms come from a readable budget.");
  const position = positionNow(snapshot.budgetState, terms.timeZone, snapshot.calendar);
  if (position === undefined) return [];
  const used = position.count;
  const usedOfType = position.countByType.get(intent.action_type) ?? 0;
  const daily = (max_autonomous_per_day: number) =>
    withDaily(simulated, `daily budget ${terms.dailyLimit} → ${max_autonomous_per_day}`, {
      ...inForce.value,
      max_autonomous_per_day,
    });
  const { typeCap } = terms;
  return [
    daily(used + 1),
    daily(used),
    ...(typeCap === undefined
      ? []
      : [withCap(simulated, typeCap, usedOfType + 1), withCap(simulated, typeCap, usedOfType)]),
  ];
}

function withDaily(
  { intent, snapshot }: Simulated,
  change: string,
  budget: StoredBudget,
): Variation {
  const account = readable({ ...budget, updated_at: snapshot.calendar.instant });
  const budgets = { ...snapshot.budgets, account };
  const whose = `${change} (account ${intent.account_id})`;
  return { kind: "BUDGET", change: whose, intent, snapshot: { ...snapshot, budgets } };
}

function withCap({ intent, snapshot }: Simulated, from: number, to: number): Variation {
  const accountActionType = readable({ max_autonomous_per_day: to });
  const budgets = { ...snapshot.budgets, accountActionType };
  const change = `daily cap of ${intent.action_type} ${from} → ${to} (account ${intent.account_id})`;
  return { kind: "BUDGET", change, intent, snapshot: { ...snapshot, budgets } };
}
