import { measureAdmin } from "./admin/measure.ts";
import { compareCorrectness } from "./correctness/compare.ts";
import { type Counts, createCountingBed } from "./count/bed.ts";
import { type BatchShape, SHAPES } from "./count/shapes.ts";
import { buildBundles } from "./load/bundles.ts";
import { loadTimesMs } from "./load/load-time.ts";
import { compareSpeed } from "./speed/compare.ts";
import { measureGrowth } from "./speed/growth.ts";
import { startStackProcess } from "./speed/processes.ts";
import { measureMemory } from "./steady/memory.ts";
import { measurePure } from "./steady/pure.ts";

const ACTION_TYPE_COUNTS = [1, 100, 10_000] as const;
export const LOAD_RUNS = 11;

/** Everything that the bench measures, in one run. */
export async function measureAll(say: (what: string) => void) {
  say("the decision alone, and memory");
  const pure = measurePure();
  const memory = await measureMemory();
  say("bundles");
  const bundles = await buildBundles();
  const loadMs = await loadTimesMs(bundles, LOAD_RUNS);
  say("what batches cost AWS");
  const counted = await countAll();
  say("what faults do");
  const correctness = await compareCorrectness();
  say("the admin API");
  const admin = await measureAdmin();
  say("speed, side by side");
  const stack = await startStackProcess();
  try {
    const speed = await compareSpeed(stack.description);
    say("growth");
    const growth = await measureGrowth(stack.description);
    const bundleBytes = { gate: bundles.gate.bytes, peer: bundles.peer.bytes };
    return { pure, memory, bundleBytes, loadMs, ...counted, correctness, speed, growth, admin };
  } finally {
    await stack.stop();
  }
}

export type Figures = Awaited<ReturnType<typeof measureAll>>;

/** What one shape cost each side. */
export interface CountedShape extends BatchShape {
  readonly gate: Counts;
  readonly peer: Counts;
}

async function countAll() {
  const bed = await createCountingBed();
  try {
    const counts: CountedShape[] = [];
    for (const shape of SHAPES) {
      const gate = await bed.count("gate", shape);
      counts.push({ ...shape, gate, peer: await bed.count("peer", shape) });
    }
    const recordBytes = {
      automatic: await bed.recordBytes("automatic"),
      held: await bed.recordBytes("held"),
      spent: await bed.recordBytes("spent"),
    };
    const configurationGrowth: { readonly actionTypes: number; readonly calls: number }[] = [];
    for (const actionTypes of ACTION_TYPE_COUNTS) {
      await bed.configureActionTypes(actionTypes);
      const shape = { size: 10, kind: "automatic", spread: "one-account" } as const;
      const { calls } = await bed.count("gate", shape);
      configurationGrowth.push({ actionTypes, calls });
    }
    return { counts, recordBytes, configurationGrowth };
  } finally {
    await bed.close();
  }
}
