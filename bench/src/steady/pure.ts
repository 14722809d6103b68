import { calendarAt } from "@autonomy-gate/core/day";
import { decide } from "@autonomy-gate/core/gate";
import { ActionIntentV1 } from "@autonomy-gate/core/intent";
import * as z from "zod";
import { median, percentile } from "../report/median.ts";
import { accountName, batchOf } from "../workload.ts";
import { automaticFacts } from "./consumer.ts";
import { collectGarbage, heapBytes } from "./heap.ts";

export interface PureFigures {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly allocatedBytes: number;
}

const WARM_UP = 100_000;
const SAMPLES = 100_000;
const ALLOCATION_DECISIONS = 1_000;
const ALLOCATION_RUNS = 9;

const Body = z.object({ detail: z.object({ data: ActionIntentV1 }) });

/** The decision alone: an intent that is parsed, facts that are read, no I/O. */
export function measurePure(): PureFigures {
  const [record] = batchOf(1, "automatic", accountName).Records;
  const { detail } = Body.parse(JSON.parse(record?.body ?? ""));
  const snapshot = { ...automaticFacts(), calendar: calendarAt(Date.now()) };
  const decideOnce = () => decide(detail.data, snapshot);
  for (let n = 0; n < WARM_UP; n++) decideOnce();

  const times = Array.from({ length: SAMPLES }, () => {
    const startedAt = process.hrtime.bigint();
    decideOnce();
    return Number(process.hrtime.bigint() - startedAt) / 1_000;
  });
  const allocated = Array.from({ length: ALLOCATION_RUNS }, () => {
    collectGarbage();
    const before = heapBytes();
    for (let n = 0; n < ALLOCATION_DECISIONS; n++) decideOnce();
    return (heapBytes() - before) / ALLOCATION_DECISIONS;
  });
  return {
    p50Us: median(times),
    p99Us: percentile(times, 0.99),
    allocatedBytes: median(allocated),
  };
}
