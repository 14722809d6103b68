import type { Calendar } from "../day.ts";
import type { ActionType } from "../ids.ts";
import { ABSENT, type Stored } from "../stored.ts";
import { DEFAULT_TIME_ZONE } from "./budget.ts";
import type { StoredCeiling, TenantCeilings } from "./ceiling.ts";
import type { Draw } from "./draw.ts";
import type { Ceiling } from "./limits/limit.ts";
import type { BudgetState } from "./state.ts";
import {
  type BudgetAnswer,
  type BudgetConfigs,
  type BudgetTerms,
  budgetTerms,
  type NoBudget,
  noBudget,
} from "./terms.ts";

/** What an action draws: from its account's budget, and from its tenant's where a ceiling is set. */
export interface ClaimTerms {
  readonly terms: BudgetTerms;
  readonly tenantTerms?: BudgetTerms;
}

export type ClaimAnswer = ({ readonly status: "configured" } & ClaimTerms) | NoBudget;

/** All that is stored about the budgets that an action draws from. */
export interface StoredBudgets {
  readonly budgets: BudgetConfigs;
  readonly budgetState: Stored<BudgetState>;
  readonly ceilings: TenantCeilings;
  readonly tenantBudgetState: Stored<BudgetState>;
}

/** The terms of a claim on stored states. An unreadable state or ceiling: no terms at all. */
export function claimTerms(
  { budgets, budgetState, ceilings, tenantBudgetState }: StoredBudgets,
  actionType: ActionType,
  calendar: Calendar,
): ClaimAnswer {
  if (budgetState.status === "unreadable") {
    return noBudget("the stored budget state cannot be read");
  }
  const own = budgetTerms(budgets, actionType, calendar);
  if (own.status === "missing") return own;
  const tenant = ceilingTerms(ceilings, actionType, calendar);
  if (tenant === undefined) return own;
  if (tenant.status === "missing") return tenant;
  if (tenantBudgetState.status === "unreadable") {
    return noBudget("the stored budget state of the whole tenant cannot be read");
  }
  return { ...own, tenantTerms: tenant.terms };
}

/**
 * The terms of a tenant's ceilings for an action type, or of every action alike: limit by limit the
 * stricter one, on days of the platform's zone, else of the tenant's. `undefined`: none is set.
 */
export function ceilingTerms(
  { PLATFORM, TENANT }: TenantCeilings,
  actionType: ActionType | undefined,
  calendar: Calendar,
): BudgetAnswer | undefined {
  if (PLATFORM.status === "unreadable") {
    return noBudget("the ceiling that the platform set for the tenant cannot be read");
  }
  if (TENANT.status === "unreadable") {
    return noBudget("the ceiling that the tenant set for itself cannot be read");
  }
  const set = [PLATFORM, TENANT].flatMap((one) => (one.status === "readable" ? [one.value] : []));
  if (set.length === 0) return undefined;
  const named = set.find(({ timezone }) => timezone !== undefined);
  const timeZone = named?.timezone ?? DEFAULT_TIME_ZONE;
  let draws: readonly Draw[] = [];
  for (const ceiling of set) {
    const answer = budgetTerms(asBudget(ceiling), actionType, calendar);
    if (answer.status === "missing") return answer;
    draws = draws.length === 0 ? answer.terms.draws : stricter(draws, answer.terms.draws);
  }
  return { status: "configured", terms: { timeZone, draws } };
}

/** A ceiling limits as a budget does that every account shares. */
function asBudget(value: StoredCeiling): BudgetConfigs {
  return { account: { status: "readable", value }, accountActionType: ABSENT, tenant: ABSENT };
}

/** The same draws under the lower of two ceilings each. */
function stricter(draws: readonly Draw[], others: readonly Draw[]): Draw[] {
  return draws.map((draw) => {
    const other = others.find(({ counter }) => counter === draw.counter);
    return { ...draw, ceiling: lower(draw.ceiling, other?.ceiling) };
  });
}

function lower(one: Ceiling | undefined, other: Ceiling | undefined): Ceiling | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.configured <= other.configured ? one : other;
}
