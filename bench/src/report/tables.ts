import { ADMIN_LOAD } from "../admin/measure.ts";
import { LATENCY_MS } from "../count/chains.ts";
import { type Figures, LOAD_RUNS } from "../measure.ts";
import { COMPARISON_ROUNDS } from "../speed/compare.ts";
import { GROWTH_ROUNDS } from "../speed/growth.ts";
import { costPerMillion, floorCounts, PRICES } from "./cost.ts";
import { goalsOf } from "./goals.ts";
import type { Machine } from "./machine.ts";
import { shapeOf } from "./shape.ts";
import { type Cell, table } from "./table.ts";

/** One run of the bench, as `docs/performance.json` records it. */
export interface Run {
  readonly machine: Machine;
  readonly figures: Figures;
}

/** Each table of `docs/performance.md`, by the name in its markers. */
const TABLES: ReadonlyMap<string, (run: Run) => string> = new Map([
  ["run", runTable],
  ["goals", goalTable],
  ["counts", countsTable],
  ["latency", latencyTable],
  ["speed", speedTable],
  ["faults", faultsTable],
  ["cost", costTable],
  ["prices", pricesTable],
  ["consumer", consumerTable],
  ["growth", growthTable],
  ["modes", modesTable],
  ["admin", adminTable],
]);

export const TABLE_NAMES: readonly string[] = [...TABLES.keys()];

export function tablesOf(run: Run): Map<string, string> {
  return new Map([...TABLES].map(([name, write]) => [name, write(run)]));
}

function runTable({ machine }: Run): string {
  const rows: [string, Cell][] = [
    ["date", machine.date],
    ["processor", `${machine.cores} × ${machine.processor}`],
    ["memory, GB", machine.memoryGb],
    ["system", machine.system],
    ["load average at the start", machine.loadBefore],
    ["rounds of a comparison with the peer", COMPARISON_ROUNDS],
    ["rounds of a growth figure", GROWTH_ROUNDS],
    ["processes of a load time", LOAD_RUNS],
    ["connections to the admin API", ADMIN_LOAD.connections],
    ["seconds of an admin case", ADMIN_LOAD.seconds],
    ["Node", machine.node],
    ...Object.entries(machine.versions),
  ];
  return table(["run", "value"], rows);
}

/** The one table that the bench prints, too. */
export function goalTable({ figures }: Pick<Run, "figures">): string {
  return table(
    ["figure", "here", "goal", "reached", "floor"],
    goalsOf(figures).map(({ figure, value, goal, reached, floor }) => [
      figure,
      value,
      goal,
      reached ? "yes" : "no",
      floor,
    ]),
  );
}

function countsTable({ figures }: Run): string {
  const headings = [
    ["batch", "calls", "peer", "round trips", "peer", "read units", "peer"],
    ["write units", "peer", "index", "KB out", "peer", "ms", "peer"],
  ].flat();
  const rows = figures.counts.map(({ size, kind, spread, gate, peer }) => [
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
    kilobytes(gate.bytesOut),
    kilobytes(peer.bytesOut),
    gate.modelledLatencyMs,
    peer.modelledLatencyMs,
  ]);
  return table(headings, rows);
}

function latencyTable(): string {
  return table(["operation", "ms"], Object.entries(LATENCY_MS));
}

function speedTable({ figures }: Run): string {
  const headings = ["batch", "decisions/s", "peer", "times", "CPU µs a decision", "peer"];
  const rows = figures.speed.map(({ batchSize, accounts, gate, peer, speedRatio, cpuRatio }) => {
    const spread = accounts === 1 ? "one-account" : "all-different";
    const counted = shapeOf(figures, batchSize, "automatic", spread);
    return [
      `${batchSize}, over ${accounts === 1 ? "one account" : `${accounts} accounts`}`,
      Math.round(gate.decisionsPerSecond),
      Math.round(peer.decisionsPerSecond),
      speedRatio,
      Math.round(gate.cpuUsPerDecision),
      Math.round(peer.cpuUsPerDecision),
      cpuRatio,
      counted.peer.calls / counted.gate.calls,
    ];
  });
  return table([...headings, "times less", "times fewer calls"], rows);
}

function faultsTable({ figures }: Run): string {
  return table(
    [
      ["side", "first PutEvents of each intent", "intents", "ran by themselves"],
      ["units counted", "counted double", "overspent", "contradicting events", "lost events"],
    ].flat(),
    figures.correctness.map((row) => [
      row.side,
      row.fault === "refused" ? "refused" : "taken, reply lost",
      row.intents,
      row.automatic,
      row.counted,
      row.counted - row.automatic,
      Math.max(0, row.automatic - row.intents),
      row.contradicted,
      row.lost,
    ]),
  );
}

function costTable({ figures }: Run): string {
  const [ten] = figures.speed;
  const cases = (["one-account", "all-different"] as const).flatMap((spread) => {
    const { gate, peer } = shapeOf(figures, 10, "automatic", spread);
    return [
      [`gate, ${spread}`, costPerMillion(gate, 10, ten?.gate.cpuUsPerDecision ?? 0)],
      [`peer, ${spread}`, costPerMillion(peer, 10, ten?.peer.cpuUsPerDecision ?? 0)],
    ] as const;
  });
  const rows = [...cases, ["floor", costPerMillion(floorCounts(10), 10, 0)] as const];
  return table(
    ["batch of 10", "reads", "writes", "index", "events", "queue", "Lambda", "all"],
    rows.map(([name, { reads, writes, indexWrites, events, queue, lambda, total }]) => [
      name,
      ...[reads, writes, indexWrites, events, queue, lambda, total].map((usd) => usd.toFixed(2)),
    ]),
  );
}

function pricesTable(): string {
  return table(
    ["a million", `US dollars, ${PRICES.asOf}`],
    [
      ["read units", PRICES.readUnits],
      ["write units", PRICES.writeUnits],
      ["events", PRICES.events],
      ["queue requests", PRICES.queueRequests],
      ["invocations", PRICES.invocations],
      ["GB-seconds on arm64", PRICES.gigabyteSecond * 1e6],
    ],
  );
}

function consumerTable({ figures }: Run): string {
  const { pure, memory, bundleBytes, loadMs, recordBytes } = figures;
  const decisions = memory.decisions.toLocaleString("en-US");
  return table(
    ["figure", "gate", "peer"],
    [
      ["µs of a pure decision, p50", pure.p50Us, NONE],
      ["µs of a pure decision, p99", pure.p99Us, NONE],
      ["KB allocated by a pure decision", kilobytes(pure.allocatedBytes), NONE],
      ["µs of CPU a decision, without SDK and network", Math.round(memory.cpuUs), NONE],
      ["MB of heap after 10,000 decisions", memory.earlyBytes / 1e6, NONE],
      [`MB of heap after ${decisions} decisions`, memory.lateBytes / 1e6, NONE],
      ["KB of bundle", kilobytes(bundleBytes.gate), kilobytes(bundleBytes.peer)],
      ["ms to import the bundle", Math.round(loadMs.gate), Math.round(loadMs.peer)],
      ["ms to import Node's own modules", Math.round(loadMs.node), Math.round(loadMs.node)],
      ["bytes of a record, automatic", recordBytes.automatic, NONE],
      ["bytes of a record, held", recordBytes.held, NONE],
      ["bytes of a record, budget spent", recordBytes.spent, NONE],
    ],
  );
}

function growthTable({ figures }: Run): string {
  return table(
    ["workers", "accounts", "decisions/s"],
    figures.growth.map(({ workers, accounts, decisionsPerSecond }) => [
      workers,
      accounts,
      Math.round(decisionsPerSecond),
    ]),
  );
}

function modesTable({ figures }: Run): string {
  return table(
    ["modes of action types in the tenant", "calls for a batch of 10"],
    figures.configurationGrowth.map(({ actionTypes, calls }) => [actionTypes, calls]),
  );
}

function adminTable({ figures }: Run): string {
  return table(
    ["case", "requests/s", "p50 ms", "p99 ms", "API CPU ms a request", "load average"],
    figures.admin.map((row) => [
      row.name,
      Math.round(row.requestsPerSecond),
      Math.round(row.p50Ms),
      Math.round(row.p99Ms),
      row.cpuMs ?? NONE,
      row.loadAverage,
    ]),
  );
}

const NONE = "–";

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1_000);
}
