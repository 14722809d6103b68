import type { StackFile } from "@autonomy-gate/local/stack-file";
import { median } from "../report/median.ts";
import { startWorker, type Worker } from "./processes.ts";
import type { Run, RunResult, SideName } from "./run.ts";

/** What both sides are asked to do, in turn. */
interface Contest {
  readonly batchSize: number;
  readonly accounts: number;
}

interface SideSpeed {
  readonly decisionsPerSecond: number;
  readonly cpuUsPerDecision: number;
}

export interface ContestResult extends Contest {
  readonly gate: SideSpeed;
  readonly peer: SideSpeed;
  /** Medians of the rounds' own ratios. */
  readonly speedRatio: number;
  readonly cpuRatio: number;
}

const CONTESTS: readonly Contest[] = [
  { batchSize: 10, accounts: 1 },
  { batchSize: 50, accounts: 1 },
  { batchSize: 10, accounts: 1_000 },
];
export const COMPARISON_ROUNDS = 5;
/** Intents a run has: the peer is slower, and a round should be about as long for both. */
const INTENTS = { gate: 1_000, peer: 200 } as const satisfies Record<SideName, number>;
const WARM_UP_RUNS = 2;

/** Interleaved runs of one consumer process each, one batch after the other. */
export async function compareSpeed(stack: StackFile): Promise<ContestResult[]> {
  const gate = await startWorker("gate", stack);
  const peer = await startWorker("peer", stack);
  try {
    for (let n = 0; n < WARM_UP_RUNS; n++) {
      for (const contest of CONTESTS) {
        await gate.run(runOf(contest, "gate"));
        await peer.run(runOf(contest, "peer"));
      }
    }
    const results: ContestResult[] = [];
    for (const contest of CONTESTS) results.push(await compete(contest, gate, peer));
    return results;
  } finally {
    await Promise.all([gate.stop(), peer.stop()]);
  }
}

async function compete(contest: Contest, gate: Worker, peer: Worker): Promise<ContestResult> {
  const rounds: { readonly gate: SideSpeed; readonly peer: SideSpeed }[] = [];
  for (let round = 0; round < COMPARISON_ROUNDS; round++) {
    rounds.push({
      gate: speedOf(await gate.run(runOf(contest, "gate"))),
      peer: speedOf(await peer.run(runOf(contest, "peer"))),
    });
  }
  const medianOf = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  return {
    ...contest,
    gate: {
      decisionsPerSecond: medianOf((round) => round.gate.decisionsPerSecond),
      cpuUsPerDecision: medianOf((round) => round.gate.cpuUsPerDecision),
    },
    peer: {
      decisionsPerSecond: medianOf((round) => round.peer.decisionsPerSecond),
      cpuUsPerDecision: medianOf((round) => round.peer.cpuUsPerDecision),
    },
    speedRatio: medianOf((r) => r.gate.decisionsPerSecond / r.peer.decisionsPerSecond),
    cpuRatio: medianOf((r) => r.peer.cpuUsPerDecision / r.gate.cpuUsPerDecision),
  };
}

function runOf({ batchSize, accounts }: Contest, side: SideName): Run {
  return { batchSize, accounts, batches: INTENTS[side] / batchSize };
}

function speedOf({ decisions, seconds, cpuSeconds, failures }: RunResult): SideSpeed {
  if (failures > 0) throw new Error(`${failures} messages failed in a run without faults.`);
  return {
    decisionsPerSecond: decisions / seconds,
    cpuUsPerDecision: (cpuSeconds / decisions) * 1_000_000,
  };
}
