import type { Figures } from "../measure.ts";
import { PRICES } from "./cost.ts";
import { costTable, goalsOf, goalTable } from "./goals.ts";
import type { Machine } from "./machine.ts";
import { table } from "./table.ts";

/** The one table that the bench prints. */
export function headline(figures: Figures): string {
  return goalTable(goalsOf(figures));
}

/** The whole page, `docs/performance.md`. */
export function performancePage(machine: Machine, figures: Figures): string {
  return `${[
    "# Performance",
    opening(machine),
    "## How far each figure is from its floor",
    headline(figures),
    TRIED_TEXT,
    "## What a batch costs AWS",
    COUNTS_TEXT,
    countsTable(figures),
    "## Beside an assembled peer",
    PEER_TEXT,
    speedTable(figures),
    correctnessText(figures),
    "## Cost of a million decisions",
    `US dollars at list prices (${PRICES.asOf}): $${PRICES.readUnits} a million read units, $${PRICES.writeUnits} write units, $${PRICES.events} events, $${PRICES.queueRequests} queue requests, $${PRICES.invocations} invocations, Lambda with 1 GB on arm64. Storage, logs and free tiers are left out. The floor is one read of one item, 2 + 2/n write units, one index entry and one event.`,
    costTable(figures),
    "## The consumer by itself",
    ownText(figures),
    "## Growth",
    growthText(figures),
  ].join("\n\n")}\n`;
}

function opening(machine: Machine): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return `Written by \`pnpm bench\` on ${machine.date}; the figures are also in [performance.json](performance.json).
Machine: ${machine.cores} × ${machine.processor}, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node};
load average ${machine.loadBefore.toFixed(1)} when the run began, so others used the two cores too: counters
are exact all the same, times are not, and ratios come from interleaved runs.
Versions: ${versions.join(", ")}.

Nothing here ran on AWS. Calls and units are counted on the stand-ins at the real SDK clients, and units
computed from item sizes by DynamoDB's rules; latency and cost are modelled from the counts.`;
}

const TRIED_TEXT = `What was tried, and what it gained: [records of one kilobyte](decisions/2026-11-22-a-decision-in-one-kilobyte.md),
[speed](decisions/2026-11-22-what-speed-was-worth.md).`;

const COUNTS_TEXT = `Every batch without faults costs what \`bench/src/count/formula.ts\` says, tested in
\`bench/test/formula.test.ts\` ([invariant 15](reliability.md#guaranteed)). For n intents of one action type on a accounts of one tenant:

- reads: 10 + 6a items, one unit each, in ⌈(10 + 6a) / 100⌉ BatchGetItem side by side;
- automatic: one TransactWriteItems for each 98 intents of an account, 2 units a record up to 1 KB, 2 for the budget's state;
- held, or on a spent budget: one PutItem an intent, 1 unit;
- one index unit a decision; ⌈n / 10⌉ PutEvents side by side.

The first automatic decision of an account's day closes the day before: 2 units more, no call more.
Latency is modelled: 4 ms a read or a write of one item, 8 ms a transaction, 15 ms PutEvents, nothing else.`;

const PEER_TEXT = `The peer in [bench/peer](../bench/peer/README.md) is what one would assemble from libraries:
Powertools batch and idempotency, rate-limiter-flexible and json-rules-engine over the same tables, one
PutEvents a record. Same intents, same stand-ins in a process of their own, same kind of SDK clients, warmed up; one
consumer process a side, one batch after the other; median of 5 rounds in turn.`;

function countsTable({ counts }: Figures): string {
  return table(
    [
      "batch",
      "calls",
      "peer",
      "round trips",
      "peer",
      "read units",
      "peer",
      "write units",
      "peer",
      "index",
      "KB out",
      "peer",
      "ms",
      "peer",
    ],
    counts.map(({ size, kind, spread, gate, peer }) => [
      `${size} ${kind}, ${spread}`,
      gate.calls,
      peer.calls,
      gate.roundTrips,
      peer.roundTrips,
      gate.read,
      peer.read,
      gate.write,
      peer.write,
      gate.indexWrite,
      Math.round(gate.bytesOut / 1_000),
      Math.round(peer.bytesOut / 1_000),
      gate.modelledLatencyMs,
      peer.modelledLatencyMs,
    ]),
  );
}

function speedTable({ speed }: Figures): string {
  return table(
    ["batch", "decisions/s", "peer", "times", "CPU µs a decision", "peer", "times less"],
    speed.map(({ batchSize, accounts, gate, peer, speedRatio, cpuRatio }) => [
      `${batchSize}, over ${accounts === 1 ? "one account" : `${accounts} accounts`}`,
      Math.round(gate.decisionsPerSecond),
      Math.round(peer.decisionsPerSecond),
      speedRatio,
      Math.round(gate.cpuUsPerDecision),
      Math.round(peer.cpuUsPerDecision),
      cpuRatio,
    ]),
  );
}

const FAULT_WORDS = {
  refused: "the first PutEvents of each intent fails before its effect",
  "reply-lost": "the first PutEvents of each intent takes effect and its reply is lost",
} as const;

function correctnessText({ correctness }: Figures): string {
  const rows = correctness.map((row) => [
    row.side,
    FAULT_WORDS[row.fault],
    row.intents,
    row.automatic,
    row.counted,
    row.counted - row.automatic,
    Math.max(0, row.automatic - row.intents),
    row.contradicted,
    row.lost,
  ]);
  return `What each makes of ${correctness[0]?.intents ?? 0} intents on one account when a request fails once and the messages come again:

${table(
  [
    "side",
    "fault",
    "intents",
    "ran by themselves",
    "units counted",
    "counted double",
    "overspent",
    "contradicting events",
    "lost events",
  ],
  rows,
)}`;
}

function ownText({ pure, memory, bundleBytes, loadMs, recordBytes }: Figures): string {
  const kilobytes = (bytes: number) => Math.round(bytes / 1_000);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `- A pure decision: ${pure.p50Us.toFixed(1)} µs at p50, ${pure.p99Us.toFixed(1)} µs at p99, ${kilobytes(pure.allocatedBytes)} KB allocated.
- The consumer's own work, SDK and network left out: ${Math.round(memory.cpuUs)} µs of CPU a decision.
- Heap after garbage collection: ${megabytes(memory.earlyBytes)} MB after 10,000 decisions, ${megabytes(memory.lateBytes)} MB after ${memory.decisions.toLocaleString("en-US")}.
- Bundle: ${kilobytes(bundleBytes.gate)} KB with what is loaded on demand, the peer's ${kilobytes(bundleBytes.peer)} KB; imported in ${Math.round(loadMs.gate)} ms, the peer's in ${Math.round(loadMs.peer)} ms, the parts of Node that both need in ${Math.round(loadMs.node)} ms (fresh processes in turn, median of 11).
- A record of ordinary ids (tenant \`acme\`, account \`acct_000\`, an intent id of 21 characters, a UUID as cause): ${recordBytes.automatic} bytes automatic, ${recordBytes.held} held, ${recordBytes.spent} on a spent budget.`;
}

function growthText({ growth, configurationGrowth }: Figures): string {
  return `Decisions a second of the gate in batches of 10; the stand-ins are one process, which saturates first.

${table(
  ["workers", "accounts", "decisions/s"],
  growth.map(({ workers, accounts, decisionsPerSecond }) => [
    workers,
    accounts,
    Math.round(decisionsPerSecond),
  ]),
)}

${table(
  ["modes of action types in the tenant", "calls for a batch of 10"],
  configurationGrowth.map(({ actionTypes, calls }) => [actionTypes, calls]),
)}`;
}
