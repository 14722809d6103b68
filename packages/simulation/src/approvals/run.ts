import { consumeApprovals } from "@autonomy-gate/consumers/approvals/consume-approvals";
import {
  type ApprovalContext,
  castVote,
  configStore,
  deadlineIn,
  sweep,
  withdraw,
} from "@autonomy-gate/core/commit";
import type { ConfigAddress } from "@autonomy-gate/core/configuration";
import { DEFAULT_INTENT_SOURCES } from "@autonomy-gate/core/contract";
import { approvalStore, configAddress, recordItem } from "@autonomy-gate/core/store";
import type { Violation } from "../checks/evidence.ts";
import { type ConsumerHost, createConsumerHost } from "../consumer-host.ts";
import { createDynamo } from "../dynamo/dynamo.ts";
import { createTables } from "../dynamo/tables.ts";
import { createFaults, type FaultTally } from "../faults.ts";
import { createNetwork, type Network } from "../network.ts";
import { createSinks, type Sinks, simulatedBus, simulatedQuarantine } from "../ports/bus.ts";
import { createQueue, type Queue } from "../ports/queue.ts";
import { simulatedTable } from "../ports/table.ts";
import { createProcess, type SimProcess } from "../process.ts";
import { createRandom } from "../random.ts";
import { afterMicrotasks, createScheduler } from "../scheduler.ts";
import { SILENT, type Trace } from "../trace.ts";
import { quietTelemetry } from "../world.ts";
import { type ApprovalChecker, createApprovalChecker } from "./checker.ts";
import { type ApprovalScenario, EXPIRES_AFTER_SECONDS, type StopSpec } from "./scenario.ts";

/** What came of a run. */
export interface ApprovalRun {
  readonly violation?: Violation;
  readonly tally: FaultTally;
  readonly checked: ReadonlyMap<number, number>;
}

const BATCH_SIZE = 5;
const TIMEOUT_MS = 30_000;
const VOTE_MS_MAX = 20_000;
const SWEEP_MS_MAX = 45_000;
/** Between two runs of the sweep, once the faults have ended. */
const SWEEP_EVERY_MS = 60_000;
/** Every approval is closed two minutes after its time, told and let go. */
const DRAIN_MS = EXPIRES_AFTER_SECONDS * 1_000 + 900_000;

const SIGNALS = { retried: () => {}, clockDiffers: () => {} };

/** The services of one run, and who watches them. */
interface Stage {
  readonly scenario: ApprovalScenario;
  readonly network: Network;
  readonly queue: Queue;
  readonly sinks: Sinks;
  readonly checker: ApprovalChecker;
  readonly dynamo: ReturnType<typeof createDynamo>;
  /** A process that ends with its work. */
  readonly begin: (name: string, work: (process: SimProcess) => Promise<void>) => void;
}

/** Runs voters, openings, stops and sweeps at once, to the end or to the first broken invariant. */
export async function runApprovals(
  scenario: ApprovalScenario,
  traceAt?: (nowMs: () => number) => Trace,
): Promise<ApprovalRun> {
  const random = createRandom(scenario.seed ^ 0x5eed);
  const scheduler = createScheduler(afterMicrotasks);
  const trace = traceAt?.(scheduler.nowMs) ?? SILENT;
  const faults = createFaults({
    rates: scenario.rates,
    random: random.fork(),
    isLet: () => true,
    isOutage: () => false,
  });
  const network = createNetwork(scheduler, random.fork(), faults, trace);
  const tables = createTables();
  let violation: Violation | undefined;
  const checker = createApprovalChecker(scenario, tables, (found) => {
    trace.say(() => `INVARIANT ${found.invariant} IS BROKEN: ${found.message}`);
    violation ??= found;
  });
  const dynamo = createDynamo(network, tables, {
    ...checker,
    onRead: () => {},
    startEpochMs: scenario.startEpochMs,
    throttled: [],
    metered: false,
  });
  const sinks = createSinks(network, { ...checker, onSent: () => {} });
  const hosts: ConsumerHost[] = [];
  const queue = createQueue(network, {
    visibilityMs: 31_000,
    maxReceiveCount: 5,
    onVisible: () =>
      scheduler.after(random.between(0, 20), () => {
        for (const host of hosts) while (host.poll());
      }),
  });
  const stage: Stage = {
    scenario,
    network,
    queue,
    sinks,
    checker,
    dynamo,
    begin: (name, work) => {
      const skewMs = random.pick(scenario.skewsMs);
      const process = newProcess(stage, name, skewMs, () => {});
      scheduler.woke();
      work(process).then(
        () => process.die(),
        () => process.die(),
      );
    },
  };
  place(stage);
  hosts.push(startHost(stage, 0), startHost(stage, 1));
  schedule(stage);
  const stopped = () => violation !== undefined;
  await scheduler.run(stopped, scenario.faultsUntilMs);
  faults.end();
  await drain(stage, hosts, stopped);
  if (!stopped()) checker.atEnd();
  return {
    ...(violation === undefined ? {} : { violation }),
    tally: faults.tally,
    checked: checker.checked,
  };
}

/** What is decided and configured before the run begins. */
function place({ scenario, dynamo: { tables } }: Stage): void {
  const put = (table: "config" | "ledger", item: { readonly pk: string; readonly sk: string }) =>
    tables.put({ table, pk: item.pk, sk: item.sk }, item, Number.NEGATIVE_INFINITY);
  for (const { record } of scenario.intents) put("ledger", recordItem(record));
  const rule = {
    pk: "TENANT#acme",
    sk: "APPROVAL_RULE#DEFAULT",
    votes_needed: scenario.votesNeeded,
    expires_after_seconds: EXPIRES_AFTER_SECONDS,
    valid_for_seconds: 3_600,
    comment_required: "NEVER",
    minimum_role: "approver",
  };
  put("config", rule);
}

/** Everything that happens by itself, each from a process of its own. */
function schedule(stage: Stage): void {
  const { scenario, network, queue, begin, checker } = stage;
  const { scheduler } = network;
  for (const { atMs, body } of scenario.messages) scheduler.at(atMs, () => queue.send(body));
  for (const [index, vote] of scenario.votes.entries()) {
    scheduler.at(vote.atMs, () =>
      begin(`voter${index}`, async (process) => {
        const { intent, actor, verdict, fingerprint } = vote;
        const ref = scenario.intents[intent]?.ref;
        if (ref === undefined) return;
        const principal = { actor, kind: "PERSON", roles: ["approver"] } as const;
        const context = contextOf(stage, process, VOTE_MS_MAX);
        const reply = await castVote(ref, { verdict, fingerprint }, principal, context);
        network.trace.say(
          () => `${process.name} ${actor} ${verdict}: ${JSON.stringify(reply).slice(0, 120)}`,
        );
        checker.onReply(vote, reply);
      }),
    );
  }
  for (const { atMs, intent } of scenario.withdrawals) {
    scheduler.at(atMs, () =>
      begin("operator", async (process) => {
        const ref = scenario.intents[intent]?.ref;
        if (ref === undefined) return;
        await withdraw(ref, { by: "operator" }, contextOf(stage, process, VOTE_MS_MAX));
      }),
    );
  }
  for (const atMs of scenario.sweeps) scheduler.at(atMs, () => startSweep(stage));
  scheduleStops(stage);
}

function scheduleStops(stage: Stage): void {
  for (const [index, stop] of stage.scenario.stops.entries()) {
    stage.network.scheduler.at(stop.atMs, () =>
      stage.begin(`admin${index}`, (process) => applyStop(stage, stop, process)),
    );
  }
}

async function applyStop(
  { scenario, checker, dynamo }: Stage,
  { object: kind, blocks }: StopSpec,
  process: SimProcess,
): Promise<void> {
  let ids = 0;
  const store = configStore({
    table: simulatedTable(dynamo, process),
    clock: process.clock,
    newId: () => `${process.name}-${ids++}`,
  });
  const scope = { kind: "ACCOUNT", ...accountOf(scenario) } as const;
  const address: ConfigAddress = {
    scope,
    object: kind === "MODE" ? { kind } : { kind, owner: "TENANT" },
  };
  const before = await store.read(address);
  const reply = await store.write({
    ...address,
    ...(before === undefined ? {} : { before }),
    after: stopItem(kind, blocks, process.name),
    actor: process.name,
    action: "PUT",
    request_id: process.name,
    at: new Date(scenario.startEpochMs).toISOString(),
  });
  if (reply.status === "written" && blocks) {
    checker.onAcknowledged(configAddress(address), process.name);
  }
}

function accountOf({ intents }: ApprovalScenario) {
  const [first] = intents;
  if (first === undefined) throw new TypeError("There is an intent.");
  const { tenant_id, account_id } = first.ref;
  return { tenant_id, account_id };
}

function stopItem(kind: StopSpec["object"], blocks: boolean, updated_by: string) {
  const about = { updated_at: "2026-11-18T09:30:00.000Z", updated_by };
  return kind === "MODE"
    ? { mode: blocks ? "DISABLED" : "APPROVAL_REQUIRED", ...about }
    : { engaged: blocks, effect: "BLOCK", reason: "incident", ...about };
}

function startSweep(stage: Stage): void {
  stage.begin("sweep", async (process) => {
    const context = contextOf(stage, process, SWEEP_MS_MAX);
    const signals = { ...SIGNALS, failed: () => {} };
    await sweep({ ...context, signals, payloadRetentionDays: 90 });
  });
}

function contextOf(stage: Stage, process: SimProcess, ms: number): ApprovalContext {
  const { clock } = process;
  return {
    store: approvalStore(simulatedTable(stage.dynamo, process)),
    bus: simulatedBus(stage.sinks, process),
    clock,
    deadline: deadlineIn(clock, ms),
    signals: SIGNALS,
  };
}

function newProcess(
  { network, scenario }: Stage,
  name: string,
  skewMs: number,
  onDeath: () => void,
) {
  const { startEpochMs } = scenario;
  const { scheduler, random } = network;
  return createProcess(scheduler, random.fork(), {
    name,
    skewMs: () => skewMs,
    startEpochMs,
    onDeath,
  });
}

function startHost(stage: Stage, index: number): ConsumerHost {
  const { network, queue, scenario } = stage;
  let started = 0;
  return createConsumerHost({
    network,
    queue,
    batchSize: BATCH_SIZE,
    timeoutMs: TIMEOUT_MS,
    slots: 1,
    start: (onDeath) =>
      newProcess(stage, `approvals${index}.${started++}`, scenario.skewsMs[index] ?? 0, onDeath),
    consumerFor: (process) => {
      const { store, bus, clock } = contextOf(stage, process, 0);
      const consumer = {
        store,
        bus,
        clock,
        quarantine: simulatedQuarantine(stage.sinks, process),
        telemetry: quietTelemetry(() => {}),
        intentSources: DEFAULT_INTENT_SOURCES,
      };
      return (records) => consumeApprovals(records, consumer, TIMEOUT_MS);
    },
    onBatch: () => {},
    onDelete: () => {},
    onFailure: () => {},
  });
}

/** Without faults, with dead letters redriven and the sweep on its schedule, all comes to an end. */
async function drain(stage: Stage, hosts: readonly ConsumerHost[], stopped: () => boolean) {
  const { network, queue } = stage;
  const { scheduler } = network;
  const lastMs = Math.max(
    ...[0, ...stage.scenario.messages.map(({ atMs }) => atMs)],
    ...stage.scenario.votes.map(({ atMs }) => atMs),
  );
  const isQuiet = () => queue.size() === 0 && hosts.every((host) => host.busy() === 0);
  const untilQuiet = Math.max(scheduler.nowMs(), lastMs) + 3_600_000;
  await scheduler.run(() => stopped() || (scheduler.nowMs() >= lastMs && isQuiet()), untilQuiet);
  if (queue.redrive() > 0) {
    await scheduler.run(() => stopped() || isQuiet(), scheduler.nowMs() + 3_600_000);
  }
  const endMs = scheduler.nowMs() + DRAIN_MS;
  const sweepOn = () => {
    startSweep(stage);
    scheduler.after(SWEEP_EVERY_MS, sweepOn);
  };
  scheduler.at(lastMs, sweepOn);
  await scheduler.run(() => stopped() || (scheduler.nowMs() > lastMs && isSettled(stage)), endMs);
}

/** Nothing is due any more, now or later. */
function isSettled({ dynamo }: Stage): boolean {
  return dynamo.tables.all("actions").every((item) => item.due_pk === undefined);
}
