import type { Call } from "./meter.ts";

/** How many calls have to be waited for one after the other. */
export function sequentialRoundTrips(calls: readonly Call[]): number {
  return byRound(calls).length;
}

/** Round-trip times of the latency model, milliseconds. A write of one item takes as long as a read. */
export const LATENCY_MS: Readonly<Record<string, number>> = {
  BatchGetItem: 4,
  TransactWriteItems: 8,
  PutEvents: 15,
  PutItem: 4,
  UpdateItem: 4,
};

/** What the calls take by the stated times when nothing else takes any. */
export function modelledLatencyMs(calls: readonly Call[]): number {
  return byRound(calls)
    .map((round) => Math.max(...round.map(({ operation }) => LATENCY_MS[operation] ?? 0)))
    .reduce((sum, slowest) => sum + slowest, 0);
}

function byRound(calls: readonly Call[]): Call[][] {
  const rounds = Map.groupBy(calls, ({ round }) => round);
  return [...rounds.values()];
}
