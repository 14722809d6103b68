import type { AccountId, AccountRef, ActionType } from "../ids.ts";
import type { Counter } from "./counter.ts";
import { ceilingAt, type Draw, usedAt } from "./draw.ts";
import type { LimitedBy } from "./limits/limits.ts";
import type { BudgetPosition } from "./state.ts";
import type { BudgetTerms } from "./terms.ts";

/**
 * Quotas of DynamoDB: items in a transaction, bytes of an expression.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const TRANSACTION_ITEMS_MAX = 100;
const EXPRESSION_BYTES_MAX = 4_096;

/** A budget's items in a transaction: its state, and the row of the day that it closes. */
const BUDGET_ITEMS_MAX = 2;

/** Bytes in the condition on a budget's state, at most: of each counter, and of all the rest. */
export const COUNTER_CONDITION_BYTES_MAX = 95;
const OTHER_CONDITIONS_BYTES_MAX = 200;

/** Most claims in one transaction: each has one item, its decision. */
export const CLAIMS_PER_TRANSACTION_MAX = TRANSACTION_ITEMS_MAX - BUDGET_ITEMS_MAX;

/** Most counters in one write of a budget's state: 41. */
export const COUNTERS_PER_WRITE_MAX = Math.floor(
  (EXPRESSION_BYTES_MAX - OTHER_CONDITIONS_BYTES_MAX) / COUNTER_CONDITION_BYTES_MAX,
);

/** What one action asks of an account's budget: all its draws, or nothing. */
export interface BudgetClaim {
  readonly accountId: AccountId;
  readonly actionType: ActionType;
  readonly terms: BudgetTerms;
}

/** Something that a claim is made for. */
export interface Claiming {
  readonly claim: BudgetClaim;
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
export function planClaims<C extends Claiming>(
  claims: readonly C[],
  position: BudgetPosition,
): ClaimPlan<C> {
  const admitted: C[] = [];
  const refused: { claim: C; refusal: BudgetRefusal }[] = [];
  const waiting: C[] = [];
  const taken = new Map<Counter, number>();
  for (const candidate of claims) {
    const { draws } = candidate.claim.terms;
    const refusal = refusalAt(position, candidate.claim);
    if (refusal !== undefined) refused.push({ claim: candidate, refusal });
    else if (admitted.length < CLAIMS_PER_TRANSACTION_MAX && fits(draws, position, taken)) {
      admitted.push(candidate);
      count(draws, taken);
    } else waiting.push(candidate);
  }
  return { admitted, refused, waiting };
}

/** The first limit that refuses one more claim at a position, if any does. */
export function refusalAt(
  position: BudgetPosition,
  { terms }: BudgetClaim,
): BudgetRefusal | undefined {
  for (const draw of terms.draws) {
    const limit = ceilingAt(draw, position);
    const used = usedAt(draw, position);
    if (used + draw.units > limit) return { limitedBy: draw.limitedBy, limit, used };
  }
  return undefined;
}

/** Where the budget stands at least, once the claims were committed from a position. */
export function advanced(position: BudgetPosition, claims: readonly Claiming[]): BudgetPosition {
  const counts = new Map(position.counts);
  for (const { claim } of claims) count(claim.terms.draws, counts);
  return { ...position, counts, basis: { kind: "same-day" } };
}

/** What one write adds to a counter, and what the counter may hold at most afterwards. */
export interface CounterAddition {
  readonly units: number;
  /** Infinite for a counter that nothing limits. */
  readonly ceiling: number;
}

/** The one write of an account's budget state: what to add, and what must hold for it. */
export interface BudgetWrite extends AccountRef {
  readonly position: BudgetPosition;
  readonly additions: ReadonlyMap<Counter, CounterAddition>;
  readonly updatedAt: string;
}

/** The write that consumes the draws of all claims. There is at least one, all of one account. */
export function budgetWrite(
  { tenant_id, account_id }: AccountRef,
  position: BudgetPosition,
  claims: readonly Claiming[],
  updatedAt: string,
): BudgetWrite {
  const additions = new Map<Counter, { units: number; ceiling: number }>();
  for (const { claim } of claims) {
    for (const draw of claim.terms.draws) {
      const ceiling = ceilingAt(draw, position);
      const addition = additions.get(draw.counter);
      if (addition === undefined) additions.set(draw.counter, { units: draw.units, ceiling });
      else {
        addition.units += draw.units;
        addition.ceiling = Math.min(addition.ceiling, ceiling);
      }
    }
  }
  return { tenant_id, account_id, position, additions, updatedAt };
}

/** Whether draws fit beside those that were taken from the same position. */
function fits(
  draws: readonly Draw[],
  position: BudgetPosition,
  taken: ReadonlyMap<Counter, number>,
): boolean {
  let counters = taken.size;
  for (const draw of draws) {
    if (!taken.has(draw.counter)) counters += 1;
    const used = usedAt(draw, position) + (taken.get(draw.counter) ?? 0);
    if (used + draw.units > ceilingAt(draw, position)) return false;
  }
  return counters <= COUNTERS_PER_WRITE_MAX;
}

function count(draws: readonly Draw[], counts: Map<Counter, number>): void {
  for (const { counter, units } of draws) counts.set(counter, (counts.get(counter) ?? 0) + units);
}
