import type { ReceivedIntent } from "../gate/received.ts";
import { accountKey } from "../ids.ts";
import { commitAccount } from "./commit-account.ts";
import type { IntentResult } from "./commit-claims.ts";
import type { CommitContext, GateSignals } from "./context.ts";
import { type FactsRead, type MayBeRecorded, readFacts } from "./read-facts.ts";

/** After so many retries of one account the others no longer wait for it: some 100 ms. */
const RETRIES_AWAITED = 3;

/**
 * Decides and commits the intents of a batch, account by account, side by side. The first wave has
 * everything that nothing holds up: as a rule the whole batch. What cannot be read or written for
 * the time being follows in later waves, until the deadline. Every intent is in exactly one wave.
 */
export async function* commitInWaves(
  intents: readonly ReceivedIntent[],
  mayBeRecorded: MayBeRecorded,
  context: CommitContext,
): AsyncGenerator<readonly IntentResult[], void, void> {
  const arrived: IntentResult[] = [];
  const working = new Set<Promise<void>>();
  const track = (work: Promise<readonly IntentResult[]>) => {
    const done: Promise<void> = work.then((results) => {
      arrived.push(...results);
      working.delete(done);
    });
    working.add(done);
    return { done };
  };
  const begin = async (some: readonly ReceivedIntent[]): Promise<readonly IntentResult[]> => {
    const { pieces, unread } = await startReadable(some, mayBeRecorded, context);
    const awaited = pieces.map(({ work, isHeldUp }) => Promise.race([track(work).done, isHeldUp]));
    if (unread.length > 0) track(begin(unread));
    await Promise.all(awaited);
    return [];
  };
  if (intents.length > 0) await begin(intents);
  for (;;) {
    if (arrived.length > 0) yield arrived.splice(0);
    else if (working.size > 0) await Promise.race(working);
    else return;
  }
}

/** The work on the intents of one account. */
interface Piece {
  readonly work: Promise<readonly IntentResult[]>;
  /** Resolves, perhaps never, once the work has been retried often. */
  readonly isHeldUp: Promise<void>;
}

/** Starts the work on everything that one read has the facts of. Never throws. */
async function startReadable(
  intents: readonly ReceivedIntent[],
  mayBeRecorded: MayBeRecorded,
  context: CommitContext,
): Promise<{ pieces: readonly Piece[]; unread: readonly ReceivedIntent[] }> {
  try {
    const read = await readFacts(intents, mayBeRecorded, context);
    const accounts = Object.values(Object.groupBy(read.read, accountKey));
    const pieces = accounts.map((account = []) => startAccount(account, read, context));
    return { pieces, unread: read.unread };
  } catch (error) {
    const failed = { status: "failed", error } as const;
    const work = Promise.resolve(intents.map((received): IntentResult => [received, failed]));
    return { pieces: [{ work, isHeldUp: new Promise(() => {}) }], unread: [] };
  }
}

function startAccount(
  account: readonly ReceivedIntent[],
  read: FactsRead,
  context: CommitContext,
): Piece {
  const { promise: isHeldUp, resolve } = Promise.withResolvers<void>();
  let retries = 0;
  const signals: GateSignals = {
    retried: (operation, code) => {
      context.signals.retried(operation, code);
      retries += 1;
      if (retries === RETRIES_AWAITED) resolve();
    },
    clockDiffers: (differenceMs) => context.signals.clockDiffers(differenceMs),
  };
  return { work: commitAccount(account, read, { ...context, signals }), isHeldUp };
}
