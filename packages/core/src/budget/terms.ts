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

/** The terms of an account's day, whatever the types of its actions. */
export interface DayTerms {
  readonly timeZone: string;
  /** The configured daily limit, before decay. */
  readonly dailyLimit: number;
  readonly decays: boolean;
  /** Calendar day of the configuration's last change, where it is known. */
  readonly changedOn?: DateKey;
}

/** The terms an account's claims of one action type are held to. */
export interface BudgetTerms extends DayTerms {
  /** The daily cap of the action type, if it has one. */
  readonly typeCap?: number;
}

export type BudgetAnswer<Terms = BudgetTerms> =
  | { readonly status: "configured"; readonly terms: Terms }
  | NoBudget;

/** Nothing may run by itself; `problem` says why, as the end of a sentence. */
interface NoBudget {
  readonly status: "missing";
  readonly problem: string;
}

/** The account's own budget, whatever stands there; only where nothing does, its tenant's. */
export function budgetInForce<T>(account: Stored<T>, tenant: Stored<T>): Stored<T> {
  return account.status === "absent" ? tenant : account;
}

/** The day's terms of the budget in force. */
export function dayTerms(inForce: Stored<StoredBudget>): BudgetAnswer<DayTerms> {
  if (inForce.status !== "readable") return noBudget(PROBLEMS[inForce.status]);
  return { status: "configured", terms: dayTermsOf(inForce.value) };
}

/**
 * The terms in force for an action type: those of the day, and a cap. A type's own item replaces
 * the budget's entry for the type. Anything unreadable on the way: no terms at all.
 */
export function budgetTerms(configs: BudgetConfigs, actionType: ActionType): BudgetAnswer {
  const { account, tenant, accountActionType } = configs;
  const inForce = budgetInForce(account, tenant);
  if (inForce.status !== "readable") return noBudget(PROBLEMS[inForce.status]);
  if (accountActionType.status === "unreadable") {
    return noBudget(`the stored cap of ${actionType} cannot be read`);
  }
  const typeCap =
    accountActionType.status === "readable"
      ? accountActionType.value.max_autonomous_per_day
      : capInMap(inForce.value, actionType);
  const terms = dayTermsOf(inForce.value);
  return {
    status: "configured",
    terms: typeCap === undefined ? terms : { ...terms, typeCap },
  };
}

const PROBLEMS = {
  absent: "neither the account nor its tenant has a budget",
  unreadable: "the stored budget cannot be read",
} as const;

function noBudget(problem: string): NoBudget {
  return { status: "missing", problem };
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
  terms: DayTerms,
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

function dayTermsOf(budget: StoredBudget): DayTerms {
  const timeZone = budget.timezone ?? DEFAULT_TIME_ZONE;
  const decays = budget.decay_if_unused ?? false;
  return {
    timeZone,
    dailyLimit: budget.max_autonomous_per_day,
    decays,
    ...(decays && budget.updated_at !== undefined
      ? { changedOn: dayOf(instantMs(budget.updated_at), timeZone) }
      : {}),
  };
}
