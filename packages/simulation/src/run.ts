import { startAdministration } from "./administration.ts";
import { type Checker, createChecker } from "./checks/checker.ts";
import { createEvidence, type Evidence, type Violation } from "./checks/evidence.ts";
import type { Measured } from "./checks/measures.ts";
import type { ConsumerHost } from "./consumer-host.ts";
import { createDynamo } from "./dynamo/dynamo.ts";
import { createTables } from "./dynamo/tables.ts";
import { createFaults, type FaultTally, type Operation, type StrikeFilter } from "./faults.ts";
import { createNetwork } from "./network.ts";
import { createSinks } from "./ports/bus.ts";
import { createQueue } from "./ports/queue.ts";
import type { SimProcess } from "./process.ts";
import { createRandom } from "./random.ts";
import { faultsWithin } from "./scenario/faults-within.ts";
import type { Scenario } from "./scenario/scenario.ts";
import { afterMicrotasks, createScheduler } from "./scheduler.ts";
import { SILENT, type Trace } from "./trace.ts";
import {
  type Level,
  sinksOfSimulation,
  startHost,
  tableOfSimulation,
  type World,
} from "./world.ts";

/** What came of a run. */
export interface RunReport {
  readonly violation?: Violation;
  readonly tally: FaultTally;
  readonly checked: ReadonlyMap<number, number>;
  readonly measured: Measured;
  readonly calls: ReadonlyMap<Operation, number>;
  readonly strikes: number;
  readonly evidence: Evidence;
  readonly writeUnits: number;
  readonly endedAtMs: number;
}

export interface RunOptions {
  readonly level?: Level;
  /** Which strikes are let through; all by default. */
  readonly isLet?: StrikeFilter;
  readonly traceAt?: (nowMs: () => number) => Trace;
  readonly metered?: boolean;
  readonly onCall?: (process: SimProcess, operation: Operation, nowMs: number) => void;
}

/** The gate's own code on simulated ports. */
export const AT_PORTS: Level = {
  table: tableOfSimulation,
  sinks: sinksOfSimulation,
  quiet: afterMicrotasks,
};

/** Virtual time in which everything has to come to an end once the faults have. */
const DRAIN_MS_MAX = 4 * 3_600_000;
const REDRIVES_MAX = 1;

/** Runs a scenario to its end, or to the first broken invariant. */
export async function runScenario(
  scenario: Scenario,
  options: RunOptions = {},
): Promise<RunReport> {
  const { level = AT_PORTS, isLet = () => true, traceAt, onCall } = options;
  const { metered = scenario.profile === "calm" } = options;
  const random = createRandom(scenario.seed ^ 0x5eed);
  const scheduler = createScheduler(level.quiet);
  const trace = traceAt?.(scheduler.nowMs) ?? SILENT;
  const faults = createFaults({
    rates: scenario.rates,
    random: random.fork(),
    isLet,
    isOutage: () => isIn(scenario.outages, scheduler.nowMs()),
  });
  const network = createNetwork(scheduler, random.fork(), faults, trace, (process, operation) =>
    onCall?.(process, operation, scheduler.nowMs()),
  );
  const tables = createTables();
  const evidence = createEvidence(scenario, tables);
  let violation: Violation | undefined;
  const onViolation = (found: Violation) => {
    trace.say(() => `INVARIANT ${found.invariant} IS BROKEN: ${found.message}`);
    violation ??= found;
  };
  const checker = createChecker(evidence, onViolation, scheduler.nowMs);
  const dynamo = createDynamo(network, tables, { ...checker, ...scenario, metered });
  if (scenario.profile === "calm") checker.meter({ calls: network.calls, units: dynamo.units });
  const hosts: ConsumerHost[] = [];
  const queue = createQueue(network, {
    visibilityMs: scenario.visibilityMs,
    maxReceiveCount: scenario.maxReceiveCount,
    onVisible: () =>
      scheduler.after(random.between(0, 20), () => {
        for (const host of random.shuffled(hosts)) while (host.poll());
      }),
  });
  const sinks = createSinks(network, checker);
  const world: World = { scenario, random, network, dynamo, sinks, queue, checker };
  for (const item of scenario.initial) {
    tables.put({ table: "config", pk: item.pk, sk: item.sk }, item, Number.NEGATIVE_INFINITY);
  }
  for (const [index, spec] of scenario.hosts.entries()) {
    hosts.push(startHost(world, spec, index, level));
  }
  for (const { atMs, body } of scenario.messages) scheduler.at(atMs, () => queue.send(body));
  const administration = startAdministration(world, level);
  for (const fault of faultsWithin(scenario)) faults.happened(fault);

  const stopped = () => violation !== undefined;
  await scheduler.run(stopped, scenario.faultsUntilMs);
  faults.end();
  await drain(world, hosts, administration.isDone, stopped);
  if (!stopped()) checker.atEnd({ queued: queue.size(), dead: queue.deadCount() });
  return report(world, checker, evidence, violation);
}

function isIn(outages: Scenario["outages"], nowMs: number): boolean {
  return outages.some(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
}

/** Runs on without faults until all is done; dead letters are redriven. */
async function drain(
  { network: { scheduler }, queue, scenario }: World,
  hosts: readonly ConsumerHost[],
  isAdministrationDone: () => boolean,
  stopped: () => boolean,
): Promise<void> {
  const lastMs = Math.max(0, ...scenario.messages.map(({ atMs }) => atMs));
  const untilMs = Math.max(lastMs, scheduler.nowMs()) + DRAIN_MS_MAX;
  const isDone = () =>
    stopped() ||
    (scheduler.nowMs() >= lastMs &&
      queue.size() === 0 &&
      isAdministrationDone() &&
      hosts.every((host) => host.busy() === 0));
  for (let redrives = 0; ; redrives++) {
    await scheduler.run(isDone, untilMs);
    if (stopped() || redrives >= REDRIVES_MAX || queue.redrive() === 0) return;
  }
}

function report(
  { network, dynamo }: World,
  { checked, measured }: Checker,
  evidence: Evidence,
  violation: Violation | undefined,
): RunReport {
  const { faults, calls, scheduler } = network;
  return {
    ...(violation === undefined ? {} : { violation }),
    tally: faults.tally,
    checked,
    measured,
    calls,
    strikes: faults.strikeCount(),
    evidence,
    writeUnits: dynamo.units(),
    endedAtMs: scheduler.nowMs(),
  };
}
