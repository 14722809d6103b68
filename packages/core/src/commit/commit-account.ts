import type { RefusedDecision } from "../decision/decision.ts";
import { decide, decideInvalid, type Proposal } from "../gate/decide.ts";
import { type ReceivedIntent, recordOf } from "../gate/received.ts";
import { accountKey } from "../ids.ts";
import { createBackoff } from "./backoff.ts";
import { type ClaimingIntent, commitClaims, type IntentResult } from "./commit-claims.ts";
import type { CommitContext } from "./context.ts";
import { type FactsRead, readFacts } from "./read-facts.ts";
import { recordDecision } from "./record-decision.ts";
import { adopt } from "./result.ts";

/**
 * Decides and commits intents of one account, starting from facts already read. Where those no
 * longer hold at the commit, reads and decides again, until the deadline. Every intent has exactly
 * one result. Never throws.
 */
export async function commitAccount(
  intents: readonly ReceivedIntent[],
  firstRead: FactsRead,
  context: CommitContext,
): Promise<IntentResult[]> {
  const results: IntentResult[] = [];
  const backoff = createBackoff(context.clock, context.deadline);
  let pending = intents;
  let read = firstRead;
  try {
    for (;;) {
      const { unread } = read;
      const decidable = pending.filter((received) => !unread.includes(received));
      const round = await decideAndCommit(decidable, read, context);
      results.push(...round.results);
      pending = [...round.stale, ...pending.filter((received) => unread.includes(received))];
      if (pending.length === 0) return results;
      context.signals.retried("decide", round.stale.length > 0 ? "STALE_FACTS" : "UNREAD");
      await backoff.wait();
      read = await readFacts(pending, () => true, context);
    }
  } catch (error) {
    const failed = { status: "failed", error } as const;
    return [...results, ...pending.map((received): IntentResult => [received, failed])];
  }
}

/** One round: recorded decisions are adopted, the others taken and committed. */
async function decideAndCommit(
  intents: readonly ReceivedIntent[],
  read: FactsRead,
  context: CommitContext,
): Promise<{ results: IntentResult[]; stale: readonly ReceivedIntent[] }> {
  const results: IntentResult[] = [];
  const holds: Promise<IntentResult>[] = [];
  const claims: ClaimingIntent[] = [];
  for (const received of intents) {
    const { recorded } = read.reply(received);
    if (recorded !== undefined && recorded.status !== "absent") {
      results.push([received, adopt(received, recorded)]);
      continue;
    }
    const proposal = propose(received, read);
    if (proposal.kind === "claiming") claims.push({ ...proposal, received });
    else holds.push(recordHold(received, proposal.decision, context));
  }
  const [held, claimed] = await Promise.all([
    Promise.all(holds),
    commitInTurn(claims, read, context),
  ]);
  return { results: [...results, ...held, ...claimed.results], stale: claimed.stale };
}

function propose(received: ReceivedIntent, read: FactsRead): Proposal {
  const { content } = received;
  const { calendar } = read;
  if (!content.valid) {
    return { kind: "held", decision: decideInvalid(content.issues, calendar.instant) };
  }
  const { facts } = read.reply(received);
  if (facts === undefined) throw new TypeError("The facts of a valid intent are always read.");
  return decide(content.intent, { ...facts, calendar });
}

async function recordHold(
  received: ReceivedIntent,
  decision: RefusedDecision,
  context: CommitContext,
): Promise<IntentResult> {
  return [received, await recordDecision(received, recordOf(received, decision), context)];
}

/** Accounts of a tenant that share a ceiling take turns: they write one item. No id has a `#`. */
function turnOf({ claim, received }: ClaimingIntent): string {
  return claim.tenantTerms === undefined ? accountKey(received) : received.tenant_id;
}

async function commitInTurn(
  claims: readonly ClaimingIntent[],
  read: FactsRead,
  context: CommitContext,
): Promise<Awaited<ReturnType<typeof commitClaims>>> {
  const [first] = claims;
  const facts = first === undefined ? undefined : read.reply(first.received).facts;
  if (first === undefined || facts === undefined) return { results: [], stale: [] };
  const basis = {
    account: first.received,
    calendar: read.calendar,
    budgetState: facts.budgetState,
    tenantBudgetState: facts.tenantBudgetState,
    startedAtMs: read.startedAtMs,
  };
  return context.turns.take(turnOf(first), () => commitClaims(claims, basis, context));
}
