import type { StackFile } from "@autonomy-gate/local/stack-file";
import { median } from "../report/median.ts";
import { startWorker, type Worker } from "./processes.ts";

export interface GrowthFigure {
  readonly workers: number;
  readonly accounts: number;
  readonly decisionsPerSecond: number;
}

const WORKERS = [1, 2, 4, 8] as const;
const ACCOUNTS = [1, 10, 1_000] as const;
const BATCH_SIZE = 10;
const INTENTS = 1_000;
export const GROWTH_ROUNDS = 3;

/** The gate alone: more workers on 1,000 accounts, and more accounts with one worker. */
export async function measureGrowth(stack: StackFile): Promise<GrowthFigure[]> {
  const workers = await Promise.all(
    Array.from({ length: Math.max(...WORKERS) }, () => startWorker("gate", stack)),
  );
  try {
    await runAll(workers, 1_000);
    const figures: GrowthFigure[] = [];
    for (const count of WORKERS) figures.push(await measure(workers.slice(0, count), 1_000));
    for (const accounts of ACCOUNTS) figures.push(await measure(workers.slice(0, 1), accounts));
    return figures;
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

async function measure(workers: readonly Worker[], accounts: number): Promise<GrowthFigure> {
  const speeds: number[] = [];
  for (let round = 0; round < GROWTH_ROUNDS; round++) speeds.push(await runAll(workers, accounts));
  return { workers: workers.length, accounts, decisionsPerSecond: median(speeds) };
}

/** Decisions a second of all together, by the time the last one takes. */
async function runAll(workers: readonly Worker[], accounts: number): Promise<number> {
  const batches = Math.ceil(INTENTS / BATCH_SIZE / workers.length);
  const results = await Promise.all(
    workers.map((worker) => worker.run({ batchSize: BATCH_SIZE, batches, accounts })),
  );
  const decisions = results.reduce((sum, result) => sum + result.decisions, 0);
  return decisions / Math.max(...results.map(({ seconds }) => seconds));
}
