import { ADMIN_LOAD } from "../admin/measure.ts";
import { LATENCY_MS } from "../count/chains.ts";
import { type Figures, LOAD_RUNS } from "../measure.ts";
import { COMPARISON_ROUNDS } from "../speed/compare.ts";
import { GROWTH_ROUNDS } from "../speed/growth.ts";
import { costPerMillion, floorCounts, PRICES } from "./cost.ts";
import { goalsOf } from "./goals.ts";
import type { Machine } from "./machine.ts";
import { shapeOf } from "./shape.ts";
import { type Cell, table, tableOf } from "./table.ts";

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

const NONE = "–";

const FAULT_NAMES = { refused: "refused", "reply-lost": "taken, reply lost" } as const;

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
export function goalTable({ figures }: Run): string {
  return tableOf(goalsOf(figures), [
    ["figure", (goal) => goal.figure],
    ["here", (goal) => goal.value],
    ["goal", (goal) => goal.goal],
    ["reached", (goal) => (goal.reached ? "yes" : "no")],
    ["floor", (goal) => goal.floor],
  ]);
}

function countsTable({ figures }: Run): string {
  return tableOf(figures.counts, [
    ["batch", ({ size, kind, spread }) => `${size} ${kind}, ${spread}`],
    ["calls", ({ gate }) => gate.calls],
    ["peer", ({ peer }) => peer.calls],
    ["round trips", ({ gate }) => gate.roundTrips],
    ["peer", ({ peer }) => peer.roundTrips],
    ["read units", ({ gate }) => gate.read],
    ["peer", ({ peer }) => peer.read],
    ["write units", ({ gate }) => gate.write],
    ["peer", ({ peer }) => peer.write],
    ["index", ({ gate }) => gate.indexWrite],
    ["KB out", ({ gate }) => kilobytes(gate.bytesOut)],
    ["peer", ({ peer }) => kilobytes(peer.bytesOut)],
    ["ms", ({ gate }) => gate.modelledLatencyMs],
    ["peer", ({ peer }) => peer.modelledLatencyMs],
  ]);
}

function latencyTable(): string {
  return table(["operation", "ms"], Object.entries(LATENCY_MS));
}

function speedTable({ figures }: Run): string {
  const fewerCalls = ({ batchSize, accounts }: Figures["speed"][number]) => {
    const spread = accounts === 1 ? "one-account" : "all-different";
    const { gate, peer } = shapeOf(figures, batchSize, "automatic", spread);
    return peer.calls / gate.calls;
  };
  return tableOf(figures.speed, [
    ["batch", ({ batchSize }) => batchSize],
    ["accounts", ({ accounts }) => accounts],
    ["decisions/s", ({ gate }) => Math.round(gate.decisionsPerSecond)],
    ["peer", ({ peer }) => Math.round(peer.decisionsPerSecond)],
    ["times", ({ speedRatio }) => speedRatio],
    ["CPU µs a decision", ({ gate }) => Math.round(gate.cpuUsPerDecision)],
    ["peer", ({ peer }) => Math.round(peer.cpuUsPerDecision)],
    ["times less", ({ cpuRatio }) => cpuRatio],
    ["times fewer calls", fewerCalls],
  ]);
}

function faultsTable({ figures }: Run): string {
  return tableOf(figures.correctness, [
    ["side", ({ side }) => side],
    ["first PutEvents of each intent", ({ fault }) => FAULT_NAMES[fault]],
    ["intents", ({ intents }) => intents],
    ["ran by themselves", ({ automatic }) => automatic],
    ["units counted", ({ counted }) => counted],
    ["counted double", ({ counted, automatic }) => counted - automatic],
    ["overspent", ({ automatic, intents }) => Math.max(0, automatic - intents)],
    ["contradicting events", ({ contradicted }) => contradicted],
    ["lost events", ({ lost }) => lost],
  ]);
}

function costTable({ figures }: Run): string {
  const [ten] = figures.speed;
  const cases = (["one-account", "all-different"] as const).flatMap((spread) => {
    const { gate, peer } = shapeOf(figures, 10, "automatic", spread);
    return [
      { name: `gate, ${spread}`, ...costPerMillion(gate, 10, ten?.gate.cpuUsPerDecision ?? 0) },
      { name: `peer, ${spread}`, ...costPerMillion(peer, 10, ten?.peer.cpuUsPerDecision ?? 0) },
    ];
  });
  const floor = { name: "floor", ...costPerMillion(floorCounts(10), 10, 0) };
  return tableOf(
    [...cases, floor],
    [
      ["batch of 10", ({ name }) => name],
      ["reads", ({ reads }) => reads.toFixed(2)],
      ["writes", ({ writes }) => writes.toFixed(2)],
      ["index", ({ indexWrites }) => indexWrites.toFixed(2)],
      ["events", ({ events }) => events.toFixed(2)],
      ["queue", ({ queue }) => queue.toFixed(2)],
      ["Lambda", ({ lambda }) => lambda.toFixed(2)],
      ["all", ({ total }) => total.toFixed(2)],
    ],
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
  return tableOf(figures.growth, [
    ["workers", ({ workers }) => workers],
    ["accounts", ({ accounts }) => accounts],
    ["decisions/s", ({ decisionsPerSecond }) => Math.round(decisionsPerSecond)],
  ]);
}

function modesTable({ figures }: Run): string {
  return tableOf(figures.configurationGrowth, [
    ["modes of action types in the tenant", ({ actionTypes }) => actionTypes],
    ["calls for a batch of 10", ({ calls }) => calls],
  ]);
}

function adminTable({ figures }: Run): string {
  return tableOf(figures.admin, [
    ["case", ({ name }) => name],
    ["requests/s", ({ requestsPerSecond }) => Math.round(requestsPerSecond)],
    ["p50 ms", ({ p50Ms }) => Math.round(p50Ms)],
    ["p99 ms", ({ p99Ms }) => Math.round(p99Ms)],
    ["API CPU ms a request", ({ cpuMs }) => cpuMs ?? NONE],
    ["load average", ({ loadAverage }) => loadAverage],
  ]);
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1_000);
}
