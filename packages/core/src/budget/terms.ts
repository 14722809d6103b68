import { type DateKey, dayOf, daysBetween, instantMs } from "../day.ts";
import type { ActionType } from "../ids.ts";
import type { Stored } from "../stored.ts";
import { DEFAULT_TIME_ZONE, type StoredActionTypeBudget, type StoredBudget } from "./budget.ts";

/** The budget items that can concern one intent. */
export interface BudgetConfigs {
  readonly account: Stored<StoredBudget>;
  readonly accountActionType: Stored<StoredActionTypeBudget>;
  readonly tenant: Stored<StoredBudget>;
}

/** The terms an account's claims of one action type are held to. */
export interface BudgetTerms {
  readonly timeZone: string;
  /** The configured daily limit, before decay. */
  readonly dailyLimit: number;
  /** The daily cap of the action type, if it has one. */
  readonly typeCap?: number;
  readonly decays: boolean;
  /** Calendar day of the configuration's last change, where it is known. */
  readonly changedOn?: DateKey;
}

export type BudgetAnswer =
  | { readonly status: "configured"; readonly terms: BudgetTerms }
  /** Nothing may run by itself; `problem` says why, as the end of a sentence. */
  | { readonly status: "missing"; readonly problem: string };

/**
 * The terms in force: the account's own budget, else the tenant's default. A type's own item
 * replaces the budget's entry for the type. Anything unreadable on the way: no terms at all.
 */
export function budgetTerms(configs: BudgetConfigs, actionType: ActionType): BudgetAnswer {
  const { account, tenant, accountActionType } = configs;
  const budget = account.status === "absent" ? tenant : account;
  if (budget.status === "absent") {
    return { status: "missing", problem: "neither the account nor its tenant has a budget" };
  }
  if (budget.status === "unreadable") {
    return { status: "missing", problem: "the stored budget cannot be read" };
  }
  if (accountActionType.status === "unreadable") {
    return { status: "missing", problem: `the stored cap of ${actionType} cannot be read` };
  }
  const typeCap =
    accountActionType.status === "readable"
      ? accountActionType.value.max_autonomous_per_day
      : capInMap(budget.value, actionType);
  return { status: "configured", terms: termsOf(budget.value, typeCap) };
}

/** A daily limit after decay, and how long the account was idle when that lowered it. */
export interface DecayedLimit {
  readonly limit: number;
  readonly unusedDays?: number;
}

/**
 * The daily limit on a day: halved for every full 7 days since the later of the last earlier day
 * with a consumption and the budget's last change, never below 1 unless it is 0. With neither
 * known, the account counts as idle for ever.
 */
export function limitOn(
  day: DateKey,
  terms: BudgetTerms,
  lastConsumedOn: DateKey | undefined,
): DecayedLimit {
  const { dailyLimit, decays, changedOn } = terms;
  if (!decays || dailyLimit <= 1) return { limit: dailyLimit };
  const since = [lastConsumedOn, changedOn]
    .filter((date) => date !== undefined)
    .sort()
    .at(-1);
  if (since === undefined) return { limit: 1 };
  const unusedDays = daysBetween(since, day);
  const halvings = Math.max(0, Math.floor(unusedDays / 7));
  if (halvings === 0) return { limit: dailyLimit };
  return { limit: Math.max(1, Math.floor(dailyLimit / 2 ** halvings)), unusedDays };
}

function capInMap(budget: StoredBudget, actionType: ActionType): number | undefined {
  const caps = budget.max_per_action_type;
  return caps !== undefined && Object.hasOwn(caps, actionType) ? caps[actionType] : undefined;
}

function termsOf(budget: StoredBudget, typeCap: number | undefined): BudgetTerms {
  const timeZone = budget.timezone ?? DEFAULT_TIME_ZONE;
  const decays = budget.decay_if_unused ?? false;
  return {
    timeZone,
    dailyLimit: budget.max_autonomous_per_day,
    decays,
    ...(typeCap === undefined ? {} : { typeCap }),
    ...(decays && budget.updated_at !== undefined
      ? { changedOn: dayOf(instantMs(budget.updated_at), timeZone) }
      : {}),
  };
}
