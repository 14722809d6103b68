import {
  type BudgetConfigs,
  budgetTerms,
  type Draw,
  LIMITS,
  positionNow,
  usedAt,
  withLimitSet,
} from "@autonomy-gate/core/budget";
import { readable } from "./overrides.ts";
import type { Simulated, Variation } from "./variation.ts";

/** Single changes to the budget, as a write made now would make them. */
export function varyBudget(simulated: Simulated): Variation[] {
  const { intent, snapshot } = simulated;
  const { budgets, budgetState, calendar } = snapshot;
  const answer = budgetTerms(budgets, intent.action_type, calendar);
  if (answer.status === "missing") {
    const account = readable({ max_autonomous_per_day: 1, updated_at: calendar.instant });
    return [variation(simulated, "daily budget none → 1", { ...budgets, account })];
  }
  const position = positionNow(budgetState, answer.terms.timeZone, calendar);
  if (position === undefined) return [];
  return answer.terms.draws.flatMap((draw) => {
    const used = usedAt(draw, position);
    return [...withLimit(simulated, draw, used + 1), ...withLimit(simulated, draw, used)];
  });
}

/** The limit of a draw set to a number; nothing where nothing limits it. */
function withLimit(simulated: Simulated, { limitedBy, ceiling }: Draw, to: number): Variation[] {
  if (ceiling === undefined) return [];
  const { intent, snapshot } = simulated;
  const budgets = withLimitSet(snapshot.budgets, limitedBy, to, snapshot.calendar.instant);
  const title = LIMITS[limitedBy].title(intent.action_type);
  const change = `${title} ${ceiling.configured} → ${to}`;
  return [variation(simulated, change, budgets)];
}

function variation(
  { intent, snapshot }: Simulated,
  what: string,
  budgets: BudgetConfigs,
): Variation {
  const change = `${what} (account ${intent.account_id})`;
  return { kind: "BUDGET", change, intent, snapshot: { ...snapshot, budgets } };
}
