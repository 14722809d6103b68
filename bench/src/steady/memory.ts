import { consumeIntents } from "@autonomy-gate/consumers/intents/consume-intents";
import { ACCOUNTS } from "../configure.ts";
import { accountName, batchOf } from "../workload.ts";
import { weightlessConsumer } from "./consumer.ts";
import { collectGarbage, heapBytes } from "./heap.ts";

export interface MemoryFigures {
  readonly decisions: number;
  /** Heap in use after a tenth of the decisions, and after all, garbage collected. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  /** The consumer's own work for a decision, SDK and network left out. */
  readonly cpuUs: number;
}

const BATCH_SIZE = 10;
const BATCHES = 10_000;

/** Takes 100,000 intents of 1,000 accounts through the whole consumer, in batches of 10. */
export async function measureMemory(): Promise<MemoryFigures> {
  const consumer = weightlessConsumer();
  let earlyBytes = 0;
  let cpuUs = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const { Records } = batchOf(BATCH_SIZE, "automatic", (index) =>
      accountName((batch * BATCH_SIZE + index) % ACCOUNTS),
    );
    const before = process.cpuUsage();
    const { batchItemFailures } = await consumeIntents(Records, consumer, 30_000);
    const used = process.cpuUsage(before);
    cpuUs += used.user + used.system;
    if (batchItemFailures.length > 0) throw new Error("A decision failed.");
    if (batch + 1 === BATCHES / 10) earlyBytes = collectedHeap();
  }
  const decisions = BATCHES * BATCH_SIZE;
  return { decisions, earlyBytes, lateBytes: collectedHeap(), cpuUs: cpuUs / decisions };
}

function collectedHeap(): number {
  collectGarbage();
  return heapBytes();
}
