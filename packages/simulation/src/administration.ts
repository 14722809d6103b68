import { isSame } from "@autonomy-gate/core/memory";
import type { ConfigStore } from "@autonomy-gate/core/ports";
import type { ChangeSpec } from "./scenario/scenario.ts";
import { configStoreOf, type Level, newProcess, type World } from "./world.ts";

const ATTEMPTS_MAX = 3;

/** Administrators change the configuration while intents are on their way, each from a process of their own. */
export function startAdministration(world: World, level: Level): { isDone: () => boolean } {
  const { scenario, network, dynamo } = world;
  let open = scenario.changes.length;
  const done = () => {
    open -= 1;
  };
  for (const [index, change] of scenario.changes.entries()) {
    network.scheduler.at(change.atMs, () => {
      network.faults.happened(isStop(change) ? "F29" : "F30");
      if (change.kind === "raw") {
        network.trace.say(() => `someone writes ${JSON.stringify(change.item)}`);
        const { pk, sk } = change.item;
        dynamo.tables.put({ table: change.table, pk, sk }, change.item, network.scheduler.nowMs());
        return done();
      }
      const process = newProcess(world, `admin${index}`, () => 0, done);
      const store = configStoreOf(level, world, process);
      network.scheduler.woke();
      apply(change, index, store, world).then(
        () => process.die(),
        () => process.die(),
      );
    });
  }
  return { isDone: () => open === 0 };
}

async function apply(
  change: Extract<ChangeSpec, { kind: "admin" }>,
  index: number,
  store: ConfigStore,
  { checker, network, scenario }: World,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = await store.read(change.address);
    if (isSame(before, change.after)) return;
    const request_id = `r${index}-${attempt}`;
    const reply = await store.write({
      ...change.address,
      ...(before === undefined ? {} : { before }),
      ...(change.after === undefined ? {} : { after: change.after }),
      actor: "simulation",
      action: "PUT /config",
      request_id,
      at: new Date(scenario.startEpochMs).toISOString(),
    });
    if (reply.status === "written") {
      network.trace.say(() => `change ${index} is acknowledged`);
      return checker.onAcknowledged(request_id, network.scheduler.nowMs());
    }
  }
}

function isStop(change: ChangeSpec): boolean {
  return change.kind === "admin" && change.address.object.kind === "KILL_SWITCH";
}
