import type { ClaimPosition } from "../budget/state.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import { conclude, type Reservation } from "../gate/conclude.ts";
import type { ClaimingProposal } from "../gate/decide.ts";
import { type ReceivedIntent, recordOf } from "../gate/received.ts";
import { type ClaimBasis, claimInRounds } from "./claim-in-rounds.ts";
import type { CommitContext } from "./context.ts";
import { recordDecision } from "./record-decision.ts";
import { adopt, type CommitResult } from "./result.ts";

/** A proposal to auto-execute, with the intent it is for. */
export interface ClaimingIntent extends ClaimingProposal {
  readonly received: ReceivedIntent;
}

export type IntentResult = readonly [ReceivedIntent, CommitResult];

export interface ClaimsOutcome {
  readonly results: readonly IntentResult[];
  /** Their facts no longer hold: read again, decide again. */
  readonly stale: readonly ReceivedIntent[];
}

/**
 * Commits the claims of one account, decisions and budget in one write. What exists already is
 * adopted; a refused claim is recorded as such. Never throws.
 */
export async function commitClaims(
  claims: readonly ClaimingIntent[],
  basis: ClaimBasis,
  context: CommitContext,
): Promise<ClaimsOutcome> {
  const results: IntentResult[] = [];
  const refusals: Promise<IntentResult>[] = [];
  const undecided = await claimInRounds(claims, basis, context, {
    recordsOf: (granted, position) =>
      granted.map((claim) => recordAt(claim, { granted: true }, position, basis)),
    committed: (granted, records) => {
      for (const [index, { received }] of granted.entries()) {
        const record = records[index];
        if (record === undefined) throw new TypeError("Every claim has a record.");
        results.push([received, { status: "recorded", record, adopted: false }]);
      }
    },
    refused: (claim, refusal, position) => {
      refusals.push(recordRefusal(claim, recordAt(claim, refusal, position, basis), context));
    },
    existing: ({ received }, existing) => {
      results.push([received, adopt(received, existing)]);
    },
  });
  results.push(...(await Promise.all(refusals)));
  const left = undecided.claims.map(({ received }) => received);
  if (!("error" in undecided)) return { results, stale: left };
  const failed = { status: "failed", error: undecided.error } as const;
  results.push(...left.map((received): IntentResult => [received, failed]));
  return { results, stale: [] };
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
  position: ClaimPosition,
  { calendar }: ClaimBasis,
): DecisionRecord {
  return recordOf(claim.received, conclude(claim, reservation, position, calendar));
}
