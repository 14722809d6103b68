import { type Calendar, calendarAt } from "../day.ts";
import { TransientError } from "../errors.ts";
import type { ReceivedIntent } from "../gate/received.ts";
import { intentKey } from "../ids.ts";
import type { Clock, FactsBatch, FactsReply, FactsRequest } from "../ports.ts";
import { CLOCK_DIFFERENCE_MS_MAX, READ_MS_MAX } from "./bounds.ts";
import type { CommitContext } from "./context.ts";
import { untilDone } from "./until-done.ts";

/** What one read found, and when. */
export interface FactsRead {
  /** When the read began, on the clock's elapsed scale. */
  readonly startedAtMs: number;
  /** The one reading of the time that everything decided on these facts uses. */
  readonly calendar: Calendar;
  /** The intents whose facts were read, one at least. */
  readonly read: readonly ReceivedIntent[];
  /** The others: their facts are not known, and have to be read again. */
  readonly unread: readonly ReceivedIntent[];
  /** The facts of an intent that was read. */
  reply(received: ReceivedIntent): FactsReply;
}

/** Which of the intents may have been decided by an earlier delivery. */
export type MayBeRecorded = (received: ReceivedIntent) => boolean;

/** Reads the facts of all intents in one go, or of some of them (see `readInTime`). */
export async function readFacts(
  intents: readonly ReceivedIntent[],
  mayBeRecorded: MayBeRecorded,
  context: CommitContext,
): Promise<FactsRead> {
  const requests = intents.map((received) => requestOf(received, mayBeRecorded(received)));
  const { startedAtMs, calendar, replies } = await readInTime(requests, context);
  return {
    startedAtMs,
    calendar,
    read: intents.filter((_, place) => replies[place] !== undefined),
    unread: intents.filter((_, place) => replies[place] === undefined),
    reply: replyFinder(intents, replies),
  };
}

/** When a read began, and the one reading of the time that all decided on it uses. */
export type ReadTime = Pick<FactsRead, "startedAtMs" | "calendar">;

/** What a read in time found of the requests, in their order; `undefined`: not read. */
interface ReadInTime extends ReadTime {
  readonly replies: FactsBatch["replies"];
}

/** Reads until a read is in time and found the facts of one request at least (see `timedRead`). */
export async function readInTime(
  requests: readonly FactsRequest[],
  { store, ...terms }: Omit<CommitContext, "turns">,
): Promise<ReadInTime> {
  const { value, ...time } = await timedRead(() => store.readFacts(requests), terms);
  return { ...time, replies: value.replies };
}

/** What a read needs beside the store. */
type ReadTerms = Pick<CommitContext, "clock" | "deadline" | "signals">;

/**
 * Reads until a read is fast enough. Throws TransientError DEADLINE when none was in time, CLOCK when
 * this machine's clock cannot be relied on, and what the read throws when no retry can help.
 */
export async function timedRead<T extends Pick<FactsBatch, "serviceEpochMs">>(
  read: () => Promise<T>,
  { clock, deadline, signals }: ReadTerms,
): Promise<ReadTime & { readonly value: T }> {
  const readOnce = async () => {
    const startedAtMs = clock.elapsedMs();
    const calendar = calendarAt(clock.epochMs(), clock.tzData);
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
  const timed = await untilDone(readOnce, { clock, deadline, onFault });
  ensureClock(timed.calendar.epochMs, timed.value, signals);
  return timed;
}

/** Throws TransientError CLOCK when this machine's clock is too far from the service's. */
export function ensureClock(
  epochMs: number,
  { serviceEpochMs = epochMs }: Pick<FactsBatch, "serviceEpochMs">,
  signals: CommitContext["signals"],
): void {
  const differenceMs = epochMs - serviceEpochMs;
  if (Math.abs(differenceMs) <= CLOCK_DIFFERENCE_MS_MAX) return;
  signals.clockDiffers(differenceMs);
  throw new TransientError(
    "CLOCK",
    `This machine's clock differs from the service's by ${differenceMs} ms.`,
  );
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

/** Of an invalid intent its record is always read: no decision goes without the service's time. */
function requestOf(received: ReceivedIntent, mayBeRecorded: boolean): FactsRequest {
  const { tenant_id, account_id, action_intent_id, content } = received;
  return {
    tenant_id,
    account_id,
    action_type: content.valid ? content.intent.action_type : null,
    ...(mayBeRecorded || !content.valid ? { recordedFor: action_intent_id } : {}),
  };
}

function replyFinder(
  intents: readonly ReceivedIntent[],
  replies: FactsBatch["replies"],
): FactsRead["reply"] {
  const byIntent = new Map(intents.map((received, i) => [intentKey(received), replies[i]]));
  return (received) => {
    const reply = byIntent.get(intentKey(received));
    if (reply === undefined) throw new TypeError("The facts of this intent were not read.");
    return reply;
  };
}
