import { type Consumer, consumeIntents } from "@autonomy-gate/consumers/intents/consume-intents";
import type { Telemetry } from "@autonomy-gate/consumers/telemetry";
import { configStore, createTurns } from "@autonomy-gate/core/commit";
import { DEFAULT_INTENT_SOURCES } from "@autonomy-gate/core/contract";
import type { ConfigStore, GateStore } from "@autonomy-gate/core/ports";
import { gateStore, type Table } from "@autonomy-gate/core/store";
import type { Checker } from "./checks/checker.ts";
import { type ConsumerHost, createConsumerHost } from "./consumer-host.ts";
import type { Dynamo } from "./dynamo/dynamo.ts";
import type { Network } from "./network.ts";
import { type Sinks, simulatedBus, simulatedQuarantine } from "./ports/bus.ts";
import { nextVersionStore } from "./ports/next-version.ts";
import type { Queue } from "./ports/queue.ts";
import { simulatedTable } from "./ports/table.ts";
import { createProcess, type SimProcess } from "./process.ts";
import type { Random } from "./random.ts";
import type { HostSpec, Scenario } from "./scenario/scenario.ts";

/** The services of one run, and who watches them. */
export interface World {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly network: Network;
  readonly dynamo: Dynamo;
  readonly sinks: Sinks;
  readonly queue: Queue;
  readonly checker: Checker;
}

/** What a consumer process works with, on whichever level it is simulated. */
export type ConsumerPorts = Pick<Consumer, "store" | "bus" | "quarantine">;

/** How the gate's ports are made: at the ports themselves, or with real adapters on real clients. */
export interface Level {
  readonly table: (world: World, process: SimProcess) => Table;
  readonly sinks: (world: World, process: SimProcess) => Omit<ConsumerPorts, "store">;
  /** Resolves once everything the last event set going has come to rest. */
  readonly quiet: () => Promise<void>;
}

export function tableOfSimulation({ dynamo }: World, process: SimProcess): Table {
  return simulatedTable(dynamo, process);
}

export function sinksOfSimulation({ sinks }: World, process: SimProcess) {
  return { bus: simulatedBus(sinks, process), quarantine: simulatedQuarantine(sinks, process) };
}

/** The consumer's ports as its deployment composes them. */
export function consumerPorts(level: Level, world: World, process: SimProcess): ConsumerPorts {
  return { store: gateStore(level.table(world, process)), ...level.sinks(world, process) };
}

/** The configuration as the admin API writes it. */
export function configStoreOf(level: Level, world: World, process: SimProcess): ConfigStore {
  let ids = 0;
  return configStore({
    table: level.table(world, process),
    clock: process.clock,
    newId: () => `${process.name}-${ids++}`,
  });
}

export function startHost(world: World, spec: HostSpec, index: number, level: Level): ConsumerHost {
  const { network, scenario, checker, queue } = world;
  let started = 0;
  return createConsumerHost({
    network,
    queue,
    batchSize: scenario.batchSize,
    timeoutMs: scenario.timeoutMs,
    slots: spec.slots,
    start: (onDeath) => {
      const name = `consumer${index}.${started++}`;
      network.trace.say(() => `${name} starts`);
      return newProcess(world, name, skewOf(world, spec), () => {
        network.trace.say(() => `${name} dies`);
        onDeath();
      });
    },
    consumerFor: (process) => {
      const ports = consumerPorts(level, world, process);
      const store = spec.nextVersion
        ? nextVersionStore(ports.store, () => network.faults.happened("F34"))
        : ports.store;
      const consumer: Consumer = {
        ...ports,
        store: watched(store, checker),
        clock: process.clock,
        turns: createTurns(),
        telemetry: quietTelemetry(checker.onFailure),
        intentSources: DEFAULT_INTENT_SOURCES,
      };
      return (records) => consumeIntents(records, consumer, scenario.timeoutMs);
    },
    onBatch: checker.onBatch,
    onDelete: checker.onDelete,
    onFailure: checker.onFailure,
  });
}

function skewOf({ network: { faults } }: World, { skewMs, wrongClockMs }: HostSpec): () => number {
  return () => (wrongClockMs === undefined || faults.hasEnded() ? skewMs : wrongClockMs);
}

export function newProcess(
  { network, random, scenario }: World,
  name: string,
  skewMs: () => number,
  onDeath: () => void,
): SimProcess {
  const { startEpochMs } = scenario;
  return createProcess(network.scheduler, random.fork(), { name, skewMs, startEpochMs, onDeath });
}

function watched(store: GateStore, checker: Checker): GateStore {
  return {
    ...store,
    readFacts: async (requests) => {
      const read = await store.readFacts(requests);
      checker.onFacts(requests, read.replies);
      return read;
    },
  };
}

export function quietTelemetry(onFailure: (error: unknown) => void): Telemetry {
  return {
    retried: () => {},
    clockDiffers: () => {},
    decided: () => {},
    quarantined: () => {},
    failed: (_what, error) => onFailure(error),
    batch: () => {},
  };
}
