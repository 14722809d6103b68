import type { AccountId, AccountRef, ActionType } from "../ids.ts";
import type { LimitedBy } from "./report.ts";
import type { BudgetPosition } from "./state.ts";
import { type BudgetTerms, type DayTerms, type DecayedLimit, limitOn } from "./terms.ts";

/** Most claims one transaction may carry: DynamoDB takes 100 items, two may be the budget's. */
export const CLAIMS_PER_TRANSACTION_MAX = 98;

/** Most action types one transaction may count: DynamoDB's expressions are at most 4 KB. */
export const TYPES_PER_TRANSACTION_MAX = 40;

/** One unit asked of an account's budget. */
export interface BudgetClaim {
  readonly accountId: AccountId;
  readonly actionType: ActionType;
  readonly terms: BudgetTerms;
}

/** Why a claim is refused: a limit that is reached at this position. */
export interface BudgetRefusal {
  readonly limitedBy: LimitedBy;
  readonly limit: number;
  readonly used: number;
}

export interface ClaimPlan<C> {
  /** They fit, all together, into the room known. */
  readonly admitted: readonly C[];
  /** Their limit is reached already. */
  readonly refused: readonly { readonly claim: C; readonly refusal: BudgetRefusal }[];
  /** They may be refused only once the admitted ones have been committed and fill the room. */
  readonly waiting: readonly C[];
}

/**
 * Sorts claims of one account by what the room known allows, in their order. Refuses only what is
 * spent at the position itself, so a refusal is true whatever becomes of the admitted claims.
 */
export function planClaims<C extends { readonly claim: BudgetClaim }>(
  claims: readonly C[],
  position: BudgetPosition,
): ClaimPlan<C> {
  const admitted: C[] = [];
  const refused: { claim: C; refusal: BudgetRefusal }[] = [];
  const waiting: C[] = [];
  const taken = new Map<ActionType, number>();
  for (const candidate of claims) {
    const refusal = refusalAt(position, candidate.claim);
    if (refusal !== undefined) refused.push({ claim: candidate, refusal });
    else if (fits(candidate.claim, position, admitted.length, taken)) {
      admitted.push(candidate);
      const { actionType } = candidate.claim;
      taken.set(actionType, (taken.get(actionType) ?? 0) + 1);
    } else waiting.push(candidate);
  }
  return { admitted, refused, waiting };
}

/** The limit that refuses one more claim at a position, if any does; the day's before the type's. */
export function refusalAt(
  position: BudgetPosition,
  { actionType, terms }: BudgetClaim,
): BudgetRefusal | undefined {
  const { limit } = dayLimit(position, terms);
  if (position.count >= limit) return { limitedBy: "DAY", limit, used: position.count };
  const used = position.countByType.get(actionType) ?? 0;
  if (terms.typeCap !== undefined && used >= terms.typeCap) {
    return { limitedBy: "ACTION_TYPE", limit: terms.typeCap, used };
  }
  return undefined;
}

/** The daily limit in force at a position. */
export function dayLimit(position: BudgetPosition, terms: DayTerms): DecayedLimit {
  return limitOn(position.day, terms, position.previousConsumedOn);
}

/** Where the budget stands at least, once the claims were committed from a position. */
export function advanced(
  position: BudgetPosition,
  claims: readonly { readonly claim: BudgetClaim }[],
): BudgetPosition {
  const countByType = new Map(position.countByType);
  for (const { claim } of claims) {
    countByType.set(claim.actionType, (countByType.get(claim.actionType) ?? 0) + 1);
  }
  const count = position.count + claims.length;
  return { ...position, count, countByType, basis: { kind: "same-day" } };
}

/** The one write of an account's budget state: what to add, and what must hold for it. */
export interface BudgetWrite extends AccountRef {
  readonly position: BudgetPosition;
  /** How many claims are added. */
  readonly added: number;
  readonly addedByType: ReadonlyMap<ActionType, number>;
  /** The day's count may be at most this before the write. */
  readonly countMax: number;
  /** Each capped type's count may be at most this before the write. */
  readonly countMaxByType: ReadonlyMap<ActionType, number>;
  readonly updatedAt: string;
}

/** The write that consumes a unit for each claim. There is at least one, all of one account. */
export function budgetWrite(
  account: AccountRef,
  position: BudgetPosition,
  claims: readonly { readonly claim: BudgetClaim }[],
  updatedAt: string,
): BudgetWrite {
  const addedByType = new Map<ActionType, number>();
  for (const { claim } of claims) {
    addedByType.set(claim.actionType, (addedByType.get(claim.actionType) ?? 0) + 1);
  }
  const limits = claims.map(({ claim }) => dayLimit(position, claim.terms).limit);
  const countMaxByType = new Map<ActionType, number>();
  for (const { claim } of claims) {
    const { typeCap } = claim.terms;
    if (typeCap === undefined) continue;
    const added = addedByType.get(claim.actionType) ?? 0;
    countMaxByType.set(claim.actionType, typeCap - added);
  }
  return {
    tenant_id: account.tenant_id,
    account_id: account.account_id,
    position,
    added: claims.length,
    addedByType,
    countMax: Math.min(...limits) - claims.length,
    countMaxByType,
    updatedAt,
  };
}

function fits(
  { actionType, terms }: BudgetClaim,
  position: BudgetPosition,
  admittedCount: number,
  taken: ReadonlyMap<ActionType, number>,
): boolean {
  if (admittedCount >= CLAIMS_PER_TRANSACTION_MAX) return false;
  if (!taken.has(actionType) && taken.size >= TYPES_PER_TRANSACTION_MAX) return false;
  if (position.count + admittedCount >= dayLimit(position, terms).limit) return false;
  if (terms.typeCap === undefined) return true;
  const used = (position.countByType.get(actionType) ?? 0) + (taken.get(actionType) ?? 0);
  return used < terms.typeCap;
}
