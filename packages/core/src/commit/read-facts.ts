import { type Calendar, calendarAt } from "../day.ts";
import { TransientError } from "../errors.ts";
import type { ReceivedIntent } from "../gate/received.ts";
import { intentKey } from "../ids.ts";
import type { Clock, FactsReply, FactsRequest } from "../ports.ts";
import { READ_MS_MAX } from "./bounds.ts";
import type { CommitContext } from "./context.ts";
import { untilDone } from "./until-done.ts";

/** What one read found, and when. */
export interface FactsRead {
  /** When the read began, on the clock's elapsed scale. */
  readonly startedAtMs: number;
  /** The one reading of the time that everything decided on these facts uses. */
  readonly calendar: Calendar;
  reply(received: ReceivedIntent): FactsReply;
}

/** Which of the intents may have been decided by an earlier delivery. */
export type MayBeRecorded = (received: ReceivedIntent) => boolean;

/** Reads the facts of all intents in one go (see `readInTime`). */
export async function readFacts(
  intents: readonly ReceivedIntent[],
  mayBeRecorded: MayBeRecorded,
  context: CommitContext,
): Promise<FactsRead> {
  const requests = intents.map((received) => requestOf(received, mayBeRecorded(received)));
  const { startedAtMs, calendar, replies } = await readInTime(requests, context);
  return { startedAtMs, calendar, reply: replyFinder(intents, replies) };
}

/** Reads facts until a read is fast enough (see `timedRead`). */
export async function readInTime(
  requests: readonly FactsRequest[],
  { store, ...terms }: Omit<CommitContext, "turns">,
): Promise<ReadTime & { replies: readonly FactsReply[] }> {
  const { value: replies, ...time } = await timedRead(() => store.readFacts(requests), terms);
  return { ...time, replies };
}

/** When a read began, and the one reading of the time that all decided on it uses. */
export type ReadTime = Pick<FactsRead, "startedAtMs" | "calendar">;

/**
 * Reads until a read is fast enough. Throws TransientError DEADLINE when none was in time, and what
 * the read throws when no retry can help.
 */
export function timedRead<T>(
  read: () => Promise<T>,
  { clock, deadline, signals }: Pick<CommitContext, "clock" | "deadline" | "signals">,
): Promise<ReadTime & { value: T }> {
  const readOnce = async () => {
    const startedAtMs = clock.elapsedMs();
    const calendar = calendarAt(clock.epochMs());
    const value = await read();
    if (ageMs({ startedAtMs, calendar }, clock) <= READ_MS_MAX) {
      return { startedAtMs, calendar, value };
    }
    throw new TransientError(
      "SLOW_READ",
      `The read of the facts took more than ${READ_MS_MAX} ms.`,
    );
  };
  const onFault = ({ code }: TransientError) => signals.retried("readFacts", code);
  return untilDone(readOnce, { clock, deadline, onFault });
}

/**
 * How long ago a read began, by the clock that went further: a machine that was suspended does not
 * count that time as elapsed, and one whose time is put right does not move its elapsed clock.
 */
export function ageMs(
  { startedAtMs, calendar }: Pick<FactsRead, "startedAtMs" | "calendar">,
  clock: Clock,
): number {
  return Math.max(clock.elapsedMs() - startedAtMs, clock.epochMs() - calendar.epochMs);
}

function requestOf(received: ReceivedIntent, mayBeRecorded: boolean): FactsRequest {
  const { tenant_id, account_id, action_intent_id, content } = received;
  return {
    tenant_id,
    account_id,
    action_type: content.valid ? content.intent.action_type : null,
    ...(mayBeRecorded ? { recordedFor: action_intent_id } : {}),
  };
}

function replyFinder(
  intents: readonly ReceivedIntent[],
  replies: readonly FactsReply[],
): FactsRead["reply"] {
  const byIntent = new Map(intents.map((received, i) => [intentKey(received), replies[i]]));
  return (received) => {
    const reply = byIntent.get(intentKey(received));
    if (reply === undefined) throw new TypeError("The facts of this intent were not read.");
    return reply;
  };
}
