import { TransientError } from "../src/errors.ts";
import type { Clock } from "../src/ports.ts";
import type { Table } from "../src/table/table.ts";

/** One request that went through a port, by when it was sent and when it was answered. */
export interface Trip {
  readonly operation: string;
  readonly input: unknown;
  readonly sentAt: number;
  /** -1: never. */
  answeredAt: number;
}

/** What befalls a request: throws before it is carried out, or after it. */
export interface Faults {
  /** Called with the number of requests of that operation, from 1. */
  before?(operation: string, time: number): Promise<void> | void;
  after?(operation: string, time: number): Promise<void> | void;
}

export type Watched = <T>(operation: string, input: unknown, act: () => Promise<T>) => Promise<T>;

/** Notes each request that goes through it, and fails those that it is told to. */
export function watch({ before, after }: Faults = {}): {
  readonly trips: readonly Trip[];
  readonly watched: Watched;
} {
  const trips: Trip[] = [];
  let ticks = 0;
  const watched: Watched = async (operation, input, act) => {
    const trip = { operation, input, sentAt: ticks++, answeredAt: -1 };
    trips.push(trip);
    const time = trips.filter((other) => other.operation === operation).length;
    await before?.(operation, time);
    const output = await act();
    await after?.(operation, time);
    trip.answeredAt = ticks++;
    return output;
  };
  return { trips, watched };
}

export function watchedTable(table: Table, watched: Watched): Table {
  return {
    batchGet: (addresses) => watched("batchGet", addresses, () => table.batchGet(addresses)),
    get: (address) => watched("get", address, () => table.get(address)),
    put: (write) => watched("put", write, () => table.put(write)),
    update: (write) => watched("update", write, () => table.update(write)),
    transact: (writes, token) =>
      watched("transact", { writes, token }, () => table.transact(writes, token)),
    query: (query) => watched("query", query, () => table.query(query)),
  };
}

export const lost = () => new TransientError("UNAVAILABLE", "The reply was lost.");
export const throttled = () => new TransientError("THROTTLED", "As the test asked.");
export const conflicted = () => new TransientError("CONFLICT", "As the test asked.");

/** One fault at the first such request. */
export function once(
  when: "before" | "after",
  operation: string,
  fault: () => Error = lost,
): Faults {
  return {
    [when]: (sent: string, time: number) => {
      if (sent === operation && time === 1) throw fault();
    },
  };
}

/** Every request takes up to 20 ms each way, and some transactions conflict. */
export function busyButHeard(clock: Clock): Faults {
  return {
    before: async (operation) => {
      await clock.sleep(clock.random() * 20);
      if (operation === "transact" && clock.random() < 0.1) throw conflicted();
    },
    after: () => clock.sleep(clock.random() * 20),
  };
}

/** The same, and the replies of some transactions are lost. */
export function busy(clock: Clock): Faults {
  const heard = busyButHeard(clock);
  return {
    ...heard,
    after: async (operation, time) => {
      await heard.after?.(operation, time);
      if (operation === "transact" && clock.random() < 0.05) throw lost();
    },
  };
}

/** The longest row of requests of which each was sent after the one before it was answered. */
export function sequentialTrips(trips: readonly Trip[]): number {
  const lengths: { trip: Trip; length: number }[] = [];
  for (const trip of trips) {
    const before = lengths.filter((other) => other.trip.answeredAt < trip.sentAt);
    lengths.push({ trip, length: 1 + Math.max(0, ...before.map(({ length }) => length)) });
  }
  return Math.max(0, ...lengths.map(({ length }) => length));
}

export function counted(trips: readonly Trip[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of trips) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}
