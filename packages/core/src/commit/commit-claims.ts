import { advanced, budgetWrite, planClaims } from "../budget/claim.ts";
import { type BudgetPosition, type BudgetState, positionNow } from "../budget/state.ts";
import type { Calendar } from "../day.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import { TransientError } from "../errors.ts";
import { conclude, type Reservation } from "../gate/conclude.ts";
import type { ClaimingProposal } from "../gate/decide.ts";
import { type ReceivedIntent, recordOf } from "../gate/received.ts";
import type { AccountRef } from "../ids.ts";
import type { Stored } from "../stored.ts";
import { createBackoff } from "./backoff.ts";
import { COMMIT_WINDOW_MS } from "./bounds.ts";
import type { CommitContext } from "./context.ts";
import { ageMs } from "./read-facts.ts";
import { recordDecision } from "./record-decision.ts";
import { adopt, type CommitResult } from "./result.ts";

/** A proposal to auto-execute, with the intent it is for. */
export interface ClaimingIntent extends ClaimingProposal {
  readonly received: ReceivedIntent;
}

/** The facts that all claims of one commit rely on: they come from one read. */
export interface ClaimBasis {
  readonly account: AccountRef;
  readonly calendar: Calendar;
  readonly budgetState: Stored<BudgetState>;
  /** When the read began, on the clock's elapsed scale. */
  readonly startedAtMs: number;
}

export type IntentResult = readonly [ReceivedIntent, CommitResult];

export interface ClaimsOutcome {
  readonly results: readonly IntentResult[];
  /** Their facts no longer hold: read again, decide again. */
  readonly stale: readonly ReceivedIntent[];
}

/**
 * Commits the claims of one account: decisions and budget in one write, all or nothing, as many as
 * the room known takes. A claim is refused only at a position where its limit is reached. What
 * exists already is adopted; a budget that moved under the same fence is planned anew; another
 * fence, or facts older than the window, make the rest stale. Never throws.
 */
export async function commitClaims(
  claims: readonly ClaimingIntent[],
  basis: ClaimBasis,
  context: CommitContext,
): Promise<ClaimsOutcome> {
  const results: IntentResult[] = [];
  const refusals: Promise<IntentResult>[] = [];
  const backoff = createBackoff(context.clock, context.deadline);
  let position = positionFor(claims, basis.budgetState, basis.calendar);
  let remaining = claims;
  try {
    while (remaining.length > 0 && position !== undefined && isFresh(basis, context)) {
      const at = position;
      const plan = planClaims(remaining, at);
      for (const { claim, refusal } of plan.refused) {
        refusals.push(recordRefusal(claim, recordAt(claim, refusal, at, basis), context));
      }
      remaining = [...plan.admitted, ...plan.waiting];
      if (plan.admitted.length === 0) break;
      const attempt = await commitOnce(plan.admitted, at, basis, context);
      results.push(...attempt.results);
      remaining = [...attempt.undecided, ...plan.waiting];
      position = attempt.position;
      if (attempt.again === undefined || remaining.length === 0) continue;
      context.signals.retried("recordClaims", attempt.again);
      await backoff.wait(attempt.cause);
    }
  } catch (error) {
    results.push(...remaining.map(({ received }) => failed(received, error)));
    remaining = [];
  }
  results.push(...(await Promise.all(refusals)));
  return { results, stale: remaining.map(({ received }) => received) };
}

/** What one transaction did, and what it leaves to do. */
interface Attempt {
  readonly results: readonly IntentResult[];
  readonly undecided: readonly ClaimingIntent[];
  /** Where the budget stands now; `undefined`: the facts no longer hold. */
  readonly position: BudgetPosition | undefined;
  /** Why the undecided have to be tried again. */
  readonly again?: string;
  readonly cause?: unknown;
}

async function commitOnce(
  claims: readonly ClaimingIntent[],
  position: BudgetPosition,
  basis: ClaimBasis,
  { store }: CommitContext,
): Promise<Attempt> {
  const records = claims.map((claim) => recordAt(claim, { granted: true }, position, basis));
  const write = budgetWrite(basis.account, position, claims, basis.calendar.instant);
  try {
    const reply = await store.recordClaims(records, write);
    if (reply.status === "committed") {
      const results = claims.map(({ received }, index): IntentResult => {
        const record = records[index];
        if (record === undefined) throw new TypeError("Every claim has a record.");
        return [received, { status: "recorded", record, adopted: false }];
      });
      return { results, undecided: [], position: advanced(position, claims) };
    }
    return {
      results: claims.flatMap(({ received }, index): IntentResult[] => {
        const existing = reply.existing.get(index);
        return existing === undefined ? [] : [[received, adopt(received, existing)]];
      }),
      undecided: claims.filter((_, index) => !reply.existing.has(index)),
      position:
        reply.budget === undefined
          ? position
          : movedPosition(position, claims, reply.budget, basis.calendar),
      again: "MOVED",
    };
  } catch (error) {
    // No answer does not mean no commit: the next attempt finds what this one recorded.
    if (!(error instanceof TransientError)) throw error;
    return { results: [], undecided: claims, position, again: error.code, cause: error };
  }
}

async function recordRefusal(
  { received }: ClaimingIntent,
  record: DecisionRecord,
  context: CommitContext,
): Promise<IntentResult> {
  return [received, await recordDecision(received, record, context)];
}

function recordAt(
  claim: ClaimingIntent,
  reservation: Reservation,
  position: BudgetPosition,
  { calendar }: ClaimBasis,
): DecisionRecord {
  return recordOf(claim.received, conclude(claim, reservation, position, calendar));
}

/** Where the account's budget stands for its claims: all have the account's one time zone. */
function positionFor(
  claims: readonly ClaimingIntent[],
  stored: Stored<BudgetState>,
  calendar: Calendar,
): BudgetPosition | undefined {
  const [first] = claims;
  return first && positionNow(stored, first.claim.terms.timeZone, calendar);
}

/** The new position of a budget that moved; none when its fence did too. */
function movedPosition(
  before: BudgetPosition,
  claims: readonly ClaimingIntent[],
  stored: Stored<BudgetState>,
  calendar: Calendar,
): BudgetPosition | undefined {
  const after = positionFor(claims, stored, calendar);
  return after?.fence === before.fence ? after : undefined;
}

function isFresh(basis: ClaimBasis, { clock }: CommitContext): boolean {
  return ageMs(basis, clock) <= COMMIT_WINDOW_MS;
}

function failed(received: ReceivedIntent, error: unknown): IntentResult {
  return [received, { status: "failed", error }];
}
