import { StoredBudget } from "@autonomy-gate/core/budget/budget";
import { usedAt } from "@autonomy-gate/core/budget/draw";
import { reportedDraw } from "@autonomy-gate/core/budget/explain";
import { positionNow } from "@autonomy-gate/core/budget/state";
import { budgetTerms } from "@autonomy-gate/core/budget/terms";
import type { ConfigAttributes } from "@autonomy-gate/core/config/change";
import type { Calendar } from "@autonomy-gate/core/day";
import { ABSENT, storedAs } from "@autonomy-gate/core/stored";
import type { AccountScope } from "../http/scope.ts";
import type { AdminPorts } from "../ports.ts";

/** Where an account's budget stands now, in the fields of `GET /budget`. */
export interface BudgetNow {
  readonly problem?: string;
  readonly effective_limit?: number;
  readonly remaining_today: number;
}

/** What is left of a budget today, by the gate's own rules; nothing when there is none to read. */
export async function budgetNow(
  budget: ConfigAttributes | undefined,
  account: AccountScope,
  calendar: Calendar,
  { budgetStates }: AdminPorts,
): Promise<BudgetNow> {
  if (budget === undefined) return { remaining_today: 0 };
  const configs = {
    account: storedAs(StoredBudget, budget),
    accountActionType: ABSENT,
    tenant: ABSENT,
  };
  const answer = budgetTerms(configs, undefined, calendar);
  if (answer.status === "missing") return { problem: answer.problem, remaining_today: 0 };
  const { state } = await budgetStates.current(account);
  const position = positionNow(state, answer.terms.timeZone, calendar);
  if (position === undefined) {
    return { problem: "the stored budget state cannot be read", remaining_today: 0 };
  }
  const { draw, inForce } = reportedDraw(answer.terms, position);
  const remaining_today = Math.max(0, inForce.limit - usedAt(draw, position));
  return { effective_limit: inForce.limit, remaining_today };
}
