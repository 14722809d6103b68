import { type Calendar, dayOf, instantMs } from "../day.ts";
import type { ActionType } from "../ids.ts";
import type { Stored } from "../stored.ts";
import { DEFAULT_TIME_ZONE, type StoredActionTypeBudget, type StoredBudget } from "./budget.ts";
import type { Draw } from "./draw.ts";
import type { Decay, Limit } from "./limits/limit.ts";
import { LIMITS, LimitedBy } from "./limits/limits.ts";

/** The budget items that can concern one intent. */
export interface BudgetConfigs {
  readonly account: Stored<StoredBudget>;
  readonly accountActionType: Stored<StoredActionTypeBudget>;
  readonly tenant: Stored<StoredBudget>;
}

/** What an action draws from one budget. */
export interface BudgetTerms {
  readonly timeZone: string;
  /** In the limits' order of precedence. */
  readonly draws: readonly Draw[];
}

export type BudgetAnswer =
  | { readonly status: "configured"; readonly terms: BudgetTerms }
  | NoBudget;

/** Nothing may run by itself; `problem` says why, as the end of a sentence. */
export interface NoBudget {
  readonly status: "missing";
  readonly problem: string;
}

/** The account's own budget, whatever stands there; only where nothing does, its tenant's. */
export function budgetInForce<T>(account: Stored<T>, tenant: Stored<T>): Stored<T> {
  return account.status === "absent" ? tenant : account;
}

/**
 * The terms in force for an action type; without one, those of every action alike. Anything
 * unreadable on the way: no terms at all.
 */
export function budgetTerms(
  configs: BudgetConfigs,
  actionType: ActionType | undefined,
  calendar: Calendar,
): BudgetAnswer {
  const inForce = budgetInForce(configs.account, configs.tenant);
  if (inForce.status !== "readable") return noBudget(PROBLEMS[inForce.status]);
  const budget = inForce.value;
  const timeZone = budget.timezone ?? DEFAULT_TIME_ZONE;
  const decay = decayOf(budget, timeZone);
  const typeCap = configs.accountActionType;
  const asked = { budget, actionType, typeCap, decay, timeZone, calendar };
  const draws: Draw[] = [];
  for (const limitedBy of LimitedBy.options) {
    const limit: Limit<StoredBudget> = LIMITS[limitedBy];
    const draw = limit.draw(asked);
    if (draw === undefined) continue;
    if ("problem" in draw) return noBudget(draw.problem);
    const counter = limit.counters.named(draw.key);
    draws.push({ counter, units: 1, ceiling: draw.ceiling, limitedBy });
  }
  return { status: "configured", terms: { timeZone, draws } };
}

/** The budget items once a write has set a limit to a number for the account alone. */
export function withLimitSet(
  budgets: BudgetConfigs,
  limitedBy: LimitedBy,
  units: number,
  updated_at: string,
): BudgetConfigs {
  const limit: Limit<StoredBudget> = LIMITS[limitedBy];
  const setting = limit.setTo(units);
  switch (setting.item) {
    case "BUDGET": {
      const inForce = budgetInForce(budgets.account, budgets.tenant);
      if (inForce.status !== "readable") throw new TypeError("A limit is part of a budget.");
      const value = { ...inForce.value, ...setting.fields, updated_at };
      return { ...budgets, account: { status: "readable", value } };
    }
    case "ACTION_TYPE_BUDGET":
      return { ...budgets, accountActionType: { status: "readable", value: setting.fields } };
    default:
      return setting satisfies never;
  }
}

const PROBLEMS = {
  absent: "neither the account nor its tenant has a budget",
  unreadable: "the stored budget cannot be read",
} as const;

export function noBudget(problem: string): NoBudget {
  return { status: "missing", problem };
}

function decayOf(budget: StoredBudget, timeZone: string): Decay | undefined {
  if (budget.decay_if_unused !== true) return undefined;
  const { updated_at } = budget;
  return updated_at === undefined ? {} : { changedOn: dayOf(instantMs(updated_at), timeZone) };
}
