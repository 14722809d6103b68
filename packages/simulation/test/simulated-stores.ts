import type { ConfigStore, GateStore } from "@autonomy-gate/core/ports";
import type { OpenStore } from "../../core/test/store-contract.ts";
import { createChecker } from "../src/checks/checker.ts";
import { createEvidence } from "../src/checks/evidence.ts";
import { createDynamo } from "../src/dynamo/dynamo.ts";
import { createTables } from "../src/dynamo/tables.ts";
import { createFaults } from "../src/faults.ts";
import { createNetwork } from "../src/network.ts";
import { createSinks } from "../src/ports/bus.ts";
import { createQueue } from "../src/ports/queue.ts";
import { createProcess } from "../src/process.ts";
import { createRandom } from "../src/random.ts";
import { createScenario } from "../src/scenario/create.ts";
import { createScheduler } from "../src/scheduler.ts";
import { SILENT } from "../src/trace.ts";
import { configStoreOf, consumerPorts, type Level, type World } from "../src/world.ts";

/** The stores of a simulated world without faults, for tests that know nothing of virtual time. */
export async function openSimulatedStores(level: Level): Promise<OpenStore> {
  const random = createRandom(1);
  const scheduler = createScheduler(level.quiet);
  const faults = createFaults({
    rates: {},
    random,
    isLet: () => false,
    isOutage: () => false,
  });
  const network = createNetwork(scheduler, random, faults, SILENT);
  const tables = createTables();
  const scenario = createScenario(1, { profile: "calm" });
  const dynamo = createDynamo(network, tables, {
    onCommit: () => {},
    onRead: () => {},
    metered: false,
    startEpochMs: scenario.startEpochMs,
    throttled: [],
  });
  const checker = createChecker(createEvidence(scenario, tables), () => {}, scheduler.nowMs);
  const world: World = {
    scenario,
    random,
    network,
    dynamo,
    checker,
    sinks: createSinks(network, checker),
    queue: createQueue(network, { visibilityMs: 1, maxReceiveCount: 1, onVisible: () => {} }),
  };
  const process = createProcess(scheduler, random, {
    name: "contract",
    skewMs: () => 0,
    startEpochMs: scenario.startEpochMs,
    onDeath: () => {},
  });

  /** Lets virtual time pass until a promise is settled. */
  async function timed<T>(begin: () => Promise<T>): Promise<T> {
    let settled = false;
    const work = begin().finally(() => {
      settled = true;
    });
    work.catch(() => {});
    scheduler.woke();
    await scheduler.run(() => settled, Number.POSITIVE_INFINITY);
    return work;
  }

  const { store } = consumerPorts(level, world, process);
  const configStore = configStoreOf(level, world, process);
  return {
    gate: timedGate(store, timed),
    config: timedConfig(configStore, timed),
    put: async (table, item) => {
      const { pk, sk } = { pk: "", sk: "", ...item };
      tables.put({ table, pk, sk }, { ...item }, scheduler.nowMs());
    },
    close: async () => process.die(),
  };
}

type Timed = <T>(begin: () => Promise<T>) => Promise<T>;

function timedGate(store: GateStore, timed: Timed): GateStore {
  return {
    readFacts: (requests) => timed(() => store.readFacts(requests)),
    record: (record) => timed(() => store.record(record)),
    recordClaims: (records, writes) => timed(() => store.recordClaims(records, writes)),
  };
}

function timedConfig(store: ConfigStore, timed: Timed): ConfigStore {
  return {
    ...store,
    read: (address) => timed(() => store.read(address)),
    write: (change) => timed(() => store.write(change)),
    settle: (address) => timed(() => store.settle(address)),
  };
}
