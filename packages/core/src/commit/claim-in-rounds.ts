import {
  advanced,
  type BudgetRefusal,
  budgetWritesOf,
  type Claiming,
  planClaims,
} from "../budget/claim.ts";
import { claimPosition } from "../budget/claim-position.ts";
import {
  type BudgetPosition,
  type BudgetState,
  type ClaimPosition,
  positionNow,
} from "../budget/state.ts";
import type { BudgetTerms } from "../budget/terms.ts";
import type { Calendar } from "../day.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import { TransientError } from "../errors.ts";
import type { AccountRef } from "../ids.ts";
import type { Stored } from "../stored.ts";
import { createBackoff } from "./backoff.ts";
import { COMMIT_WINDOW_MS } from "./bounds.ts";
import type { CommitContext } from "./context.ts";
import { ageMs } from "./read-facts.ts";

/** The facts that all claims of one commit rely on: they come from one read. */
export interface ClaimBasis {
  readonly account: AccountRef;
  readonly calendar: Calendar;
  readonly budgetState: Stored<BudgetState>;
  readonly tenantBudgetState: Stored<BudgetState>;
  /** When the read began, on the clock's elapsed scale. */
  readonly startedAtMs: number;
}

/** What is recorded with claims, and who is told what became of each. */
export interface Claimant<C extends Claiming> {
  /** The decisions to record with the claims, in their order; or none at all. */
  recordsOf(claims: readonly C[], position: ClaimPosition): readonly DecisionRecord[];
  /** The claims were committed with their records. */
  committed(claims: readonly C[], records: readonly DecisionRecord[]): void;
  refused(claim: C, refusal: BudgetRefusal, position: ClaimPosition): void;
  /** The claim's intent has a decision already; nothing was consumed for it. */
  existing(claim: C, existing: Stored<DecisionRecord>): void;
}

/** The claims that nothing became of. */
export interface Undecided<C> {
  readonly claims: readonly C[];
  /** Why they could not be committed; absent: their facts no longer hold. */
  readonly error?: unknown;
}

/**
 * Commits the claims of one account: as many in one write as the room known takes, until all are
 * committed, refused or found to exist. A claim is refused only at a position where its limit is
 * reached. A budget that moved under the same fence is planned anew; another fence, or facts older
 * than the window, leave the rest undecided. Never throws.
 */
export async function claimInRounds<C extends Claiming>(
  claims: readonly C[],
  basis: ClaimBasis,
  context: Omit<CommitContext, "turns">,
  claimant: Claimant<C>,
): Promise<Undecided<C>> {
  const backoff = createBackoff(context.clock, context.deadline);
  let position = positionFor(claims, basis);
  let remaining = claims;
  try {
    while (remaining.length > 0 && position !== undefined && isFresh(basis, context)) {
      const at = position;
      const plan = planClaims(remaining, at);
      for (const { claim, refusal } of plan.refused) claimant.refused(claim, refusal, at);
      remaining = [...plan.admitted, ...plan.waiting];
      if (plan.admitted.length === 0) break;
      const attempt = await claimOnce(plan.admitted, at, basis, context, claimant);
      remaining = [...attempt.undecided, ...plan.waiting];
      position = attempt.position;
      if (attempt.again === undefined || remaining.length === 0) continue;
      context.signals.retried("recordClaims", attempt.again);
      await backoff.wait(attempt.cause);
    }
  } catch (error) {
    return { claims: remaining, error };
  }
  return { claims: remaining };
}

/** What one transaction leaves to do. */
interface Attempt<C> {
  readonly undecided: readonly C[];
  /** Where the budget stands now; `undefined`: the facts no longer hold. */
  readonly position: ClaimPosition | undefined;
  /** Why the undecided have to be tried again. */
  readonly again?: string;
  readonly cause?: unknown;
}

async function claimOnce<C extends Claiming>(
  claims: readonly C[],
  position: ClaimPosition,
  basis: ClaimBasis,
  { store }: Pick<CommitContext, "store">,
  claimant: Claimant<C>,
): Promise<Attempt<C>> {
  const records = claimant.recordsOf(claims, position);
  const writes = budgetWritesOf(basis.account, position, claims, basis.calendar.instant);
  try {
    const reply = await store.recordClaims(records, writes);
    if (reply.status === "committed") {
      claimant.committed(claims, records);
      return { undecided: [], position: advanced(position, claims) };
    }
    for (const [index, existing] of reply.existing) {
      const claim = claims[index];
      if (claim !== undefined) claimant.existing(claim, existing);
    }
    return {
      undecided: claims.filter((_, index) => !reply.existing.has(index)),
      position: movedPosition(position, claims, reply.moved, basis.calendar),
      again: "MOVED",
    };
  } catch (error) {
    if (!mayClaimAgain(error, records)) throw error;
    return { undecided: claims, position, again: error.code, cause: error };
  }
}

/**
 * No answer does not mean no commit. The next attempt finds the records of this one; without
 * records, only a request that certainly changed nothing is sent again.
 */
function mayClaimAgain(
  error: unknown,
  records: readonly DecisionRecord[],
): error is TransientError {
  if (!(error instanceof TransientError)) return false;
  return records.length > 0 || error.code === "CONFLICT" || error.code === "THROTTLED";
}

/** Where the budgets stand for claims: all are on terms of one account and one tenant. */
function positionFor([first]: readonly Claiming[], basis: ClaimBasis): ClaimPosition | undefined {
  return first && claimPosition(first.claim, basis, basis.calendar);
}

/** The new position once some of the budgets moved; none when a fence of theirs did too. */
function movedPosition(
  { tenant, ...own }: ClaimPosition,
  [first]: readonly Claiming[],
  moved: ReadonlyMap<number, Stored<BudgetState>>,
  calendar: Calendar,
): ClaimPosition | undefined {
  const { terms, tenantTerms } = first?.claim ?? {};
  const ownNow = movedBudget(own, terms, moved.get(0), calendar);
  if (tenant === undefined) return ownNow;
  const tenantNow = movedBudget(tenant, tenantTerms, moved.get(1), calendar);
  return ownNow && tenantNow && { ...ownNow, tenant: tenantNow };
}

function movedBudget(
  before: BudgetPosition,
  terms: BudgetTerms | undefined,
  stored: Stored<BudgetState> | undefined,
  calendar: Calendar,
): BudgetPosition | undefined {
  if (stored === undefined) return before;
  const after = terms && positionNow(stored, terms.timeZone, calendar);
  return after?.fence === before.fence ? after : undefined;
}

function isFresh(basis: ClaimBasis, { clock }: Pick<CommitContext, "clock">): boolean {
  return ageMs(basis, clock) <= COMMIT_WINDOW_MS;
}
