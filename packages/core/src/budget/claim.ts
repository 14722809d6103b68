import type { AccountId, AccountRef, ActionType, BudgetOwner } from "../ids.ts";
import type { ClaimTerms } from "./claim-terms.ts";
import type { Counter } from "./counter.ts";
import { ceilingAt, type Draw, usedAt } from "./draw.ts";
import type { LimitedBy } from "./limits/limits.ts";
import type { BudgetPosition, ClaimPosition } from "./state.ts";
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

/** Most claims in one transaction on so many budgets: each has one item, its decision. */
export function claimsPerTransactionMax(budgets: number): number {
  return TRANSACTION_ITEMS_MAX - BUDGET_ITEMS_MAX * budgets;
}

/** Most counters in one write of a budget's state: 41. */
export const COUNTERS_PER_WRITE_MAX = Math.floor(
  (EXPRESSION_BYTES_MAX - OTHER_CONDITIONS_BYTES_MAX) / COUNTER_CONDITION_BYTES_MAX,
);

/** What one action asks of the budgets it draws from: all its draws, or nothing. */
export interface BudgetClaim extends ClaimTerms {
  readonly accountId: AccountId;
  readonly actionType: ActionType;
}

/** Something that a claim is made for. */
export interface Claiming {
  readonly claim: BudgetClaim;
}

/** Why a claim is refused: a limit that is reached at this position. */
export interface BudgetRefusal {
  /** The limit is the tenant's; absent: the account's own. */
  readonly scope?: "TENANT";
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

/** One budget that a claim draws from, and where it stands. */
interface Level {
  readonly scope?: "TENANT";
  readonly terms: BudgetTerms;
  readonly position: BudgetPosition;
}

/** The budgets of a claim in order of precedence: of limits that are spent the first is named. */
function levelsOf({ terms, tenantTerms }: ClaimTerms, position: ClaimPosition): readonly Level[] {
  const own = { terms, position };
  if (tenantTerms === undefined) return [own];
  return [own, { scope: "TENANT", terms: tenantTerms, position: tenantPosition(position) }];
}

/** Where the tenant's budget stands that a claim draws from. */
export function tenantPosition({ tenant }: ClaimPosition): BudgetPosition {
  if (tenant === undefined) throw new TypeError("A tenant's ceiling needs the tenant's position.");
  return tenant;
}

/**
 * Sorts claims of one account by what the room known allows, in their order. Refuses only what is
 * spent at the position itself, so a refusal is true whatever becomes of the admitted claims.
 */
export function planClaims<C extends Claiming>(
  claims: readonly C[],
  position: ClaimPosition,
): ClaimPlan<C> {
  const admitted: C[] = [];
  const refused: { claim: C; refusal: BudgetRefusal }[] = [];
  const waiting: C[] = [];
  const taken: Taken = { own: new Map(), tenant: new Map() };
  const admittedMax = claimsPerTransactionMax(position.tenant === undefined ? 1 : 2);
  for (const candidate of claims) {
    const levels = levelsOf(candidate.claim, position);
    const refusal = refusalAt(position, candidate.claim);
    if (refusal !== undefined) refused.push({ claim: candidate, refusal });
    else if (admitted.length < admittedMax && levels.every((level) => fits(level, taken))) {
      admitted.push(candidate);
      for (const level of levels) count(level.terms.draws, takenOf(level, taken));
    } else waiting.push(candidate);
  }
  return { admitted, refused, waiting };
}

/** The first limit that refuses one more claim at a position, if any does. */
export function refusalAt(position: ClaimPosition, claim: ClaimTerms): BudgetRefusal | undefined {
  for (const level of levelsOf(claim, position)) {
    const refusal = refusalOf(level);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refusalOf({ scope, terms, position }: Level): BudgetRefusal | undefined {
  for (const draw of terms.draws) {
    const limit = ceilingAt(draw, position);
    const used = usedAt(draw, position);
    if (used + draw.units > limit) {
      return { ...(scope && { scope }), limitedBy: draw.limitedBy, limit, used };
    }
  }
  return undefined;
}

/** Where the budgets stand at least, once the claims were committed from a position. */
export function advanced(position: ClaimPosition, claims: readonly Claiming[]): ClaimPosition {
  const { own, tenant } = drawnBy(claims);
  return {
    ...advancedBy(position, own),
    ...(position.tenant === undefined ? {} : { tenant: advancedBy(position.tenant, tenant) }),
  };
}

function advancedBy(position: BudgetPosition, drawn: readonly BudgetTerms[]): BudgetPosition {
  const counts = new Map(position.counts);
  for (const { draws } of drawn) count(draws, counts);
  return { ...position, counts, basis: { kind: "same-day" } };
}

/** What one write adds to a counter, and what the counter may hold at most afterwards. */
interface CounterAddition {
  readonly units: number;
  /** Infinite for a counter that nothing limits. */
  readonly ceiling: number;
}

/** The one write of a budget's state: what to add, and what must hold for it. */
export interface BudgetWrite extends BudgetOwner {
  readonly position: BudgetPosition;
  readonly additions: ReadonlyMap<Counter, CounterAddition>;
  readonly updatedAt: string;
}

/**
 * The writes that consume the draws of all claims: of their account's budget, and where a ceiling is
 * set of their tenant's. There is at least one claim, and all are of one account.
 */
export function budgetWritesOf(
  account: AccountRef,
  position: ClaimPosition,
  claims: readonly Claiming[],
  updatedAt: string,
): readonly BudgetWrite[] {
  const { own, tenant } = drawnBy(claims);
  const ofAccount = budgetWrite(account, position, own, updatedAt);
  if (tenant.length === 0) return [ofAccount];
  const owner = { tenant_id: account.tenant_id };
  return [ofAccount, budgetWrite(owner, tenantPosition(position), tenant, updatedAt)];
}

/** The write that consumes what several claims draw from one budget. */
function budgetWrite(
  { tenant_id, account_id }: BudgetOwner,
  position: BudgetPosition,
  drawn: readonly BudgetTerms[],
  updatedAt: string,
): BudgetWrite {
  const additions = new Map<Counter, { units: number; ceiling: number }>();
  for (const draw of drawn.flatMap(({ draws }) => draws)) {
    const ceiling = ceilingAt(draw, position);
    const addition = additions.get(draw.counter);
    if (addition === undefined) additions.set(draw.counter, { units: draw.units, ceiling });
    else {
      addition.units += draw.units;
      addition.ceiling = Math.min(addition.ceiling, ceiling);
    }
  }
  const owner = { tenant_id, ...(account_id === undefined ? {} : { account_id }) };
  return { ...owner, position, additions, updatedAt };
}

function drawnBy(claims: readonly Claiming[]) {
  return {
    own: claims.map(({ claim }) => claim.terms),
    tenant: claims.flatMap(({ claim }) => claim.tenantTerms ?? []),
  };
}

/** What the claims admitted so far take of each budget's counters. */
interface Taken {
  readonly own: Map<Counter, number>;
  readonly tenant: Map<Counter, number>;
}

function takenOf({ scope }: Level, { own, tenant }: Taken): Map<Counter, number> {
  return scope === undefined ? own : tenant;
}

/** Whether a claim's draws from a budget fit beside those that were taken from it. */
function fits(level: Level, alreadyTaken: Taken): boolean {
  const { terms, position } = level;
  const taken = takenOf(level, alreadyTaken);
  let counters = taken.size;
  for (const draw of terms.draws) {
    if (!taken.has(draw.counter)) counters += 1;
    const used = usedAt(draw, position) + (taken.get(draw.counter) ?? 0);
    if (used + draw.units > ceilingAt(draw, position)) return false;
  }
  return counters <= COUNTERS_PER_WRITE_MAX;
}

function count(draws: readonly Draw[], counts: Map<Counter, number>): void {
  for (const { counter, units } of draws) counts.set(counter, (counts.get(counter) ?? 0) + units);
}
