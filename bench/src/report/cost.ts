import type { Counts } from "../count/bed.ts";

/** US dollars, list prices of us-east-1, as published in 2026 (looked up on 2026-11-22). */
export const PRICES = {
  asOf: "2026-11-22, us-east-1",
  /** DynamoDB on demand, a million request units. */
  readUnits: 0.125,
  writeUnits: 0.625,
  /** EventBridge, a million custom events of up to 64 KB. */
  events: 1,
  /** SQS standard, a million requests: one to receive a batch of 10, one to delete it. */
  queueRequests: 0.4,
  /** Lambda on arm64: a million invocations, and a GB-second. */
  invocations: 0.2,
  gigabyteSecond: 0.000_013_333_4,
} as const;

const MEMORY_GB = 1;
const QUEUE_BATCH = 10;

/** What a million decisions cost, US dollars. */
export interface Cost {
  readonly reads: number;
  readonly writes: number;
  readonly indexWrites: number;
  readonly events: number;
  readonly queue: number;
  readonly lambda: number;
  readonly total: number;
}

/** From the counts of one batch; Lambda runs as long as the modelled round trips and the CPU take. */
export function costPerMillion(counts: Counts, intents: number, cpuUsPerDecision: number): Cost {
  const each = (amount: number) => amount / intents;
  const secondsEach = each(counts.modelledLatencyMs / 1_000) + cpuUsPerDecision / 1_000_000;
  const parts = {
    reads: each(counts.read) * PRICES.readUnits,
    writes: each(counts.write) * PRICES.writeUnits,
    indexWrites: each(counts.indexWrite) * PRICES.writeUnits,
    events: PRICES.events,
    queue: each(2 * Math.ceil(intents / QUEUE_BATCH)) * PRICES.queueRequests,
    lambda:
      each(1) * PRICES.invocations + secondsEach * MEMORY_GB * PRICES.gigabyteSecond * 1_000_000,
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { ...parts, total };
}

/**
 * The least that keeps the promises: one read of one item, decisions and counter in one transaction
 * of items up to 1 KB, one entry of the list for each, ten events a request, and no time to think.
 */
export function floorCounts(intents: number): Counts {
  return {
    calls: 2 + Math.ceil(intents / 10),
    roundTrips: 3,
    read: 1,
    write: 2 * intents + 2,
    indexWrite: intents,
    bytesOut: 0,
    modelledLatencyMs: 4 + 8 + 15,
  };
}
