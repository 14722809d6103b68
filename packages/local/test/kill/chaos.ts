import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { dynamoTable, systemClock } from "@autonomy-gate/core/adapters";
import { configStore } from "@autonomy-gate/core/commit";
import type { ConfigAddress, ConfigAttributes } from "@autonomy-gate/core/configuration";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { connect, type StackClients, tableNames } from "../../src/clients.ts";
import { publishIntents } from "../../src/publish-intents.ts";
import { redrive } from "../../src/redrive.ts";
import { readStackFile, type StackFile } from "../../src/stack-file.ts";
import type { Running, Workbench } from "../process-fixture.ts";
import { below, oneOf, type Random, randomFrom } from "./random.ts";
import { automaticCount } from "./tables.ts";
import {
  anyIntent,
  configure,
  HOT,
  LIMITS,
  type PublishedIntent,
  STOPPED,
  TENANT,
} from "./workload.ts";

/** How hard a run is. */
export interface ChaosSettings {
  readonly seed: number;
  readonly consumers: number;
  readonly intents: number;
  /** Consumers killed with `kill -9` and started again. */
  readonly kills: number;
}

/** What a run did, for its checks. */
export interface ChaosRun {
  readonly stack: StackFile;
  readonly clients: StackClients;
  readonly published: readonly PublishedIntent[];
  /** Automatic decisions of the stopped account when its stop was acknowledged, and at its release. */
  readonly whileStopped: { readonly atAcknowledgement: number; readonly atRelease: number };
  readonly kills: number;
  readonly redriven: number;
}

const DAY_SECONDS = 86_400;

/** Messages come back soon after the death of whoever held them. */
const STACK_ENVIRONMENT = { AUTONOMY_VISIBILITY_TIMEOUT_SECONDS: "2" };

/**
 * Publishes intents, about one in six twice, while consumers are killed and started again, limits
 * and modes change, an account is stopped and released, and a day passes; then lets the survivors
 * finish and gives them the dead letters.
 */
export async function runChaos(bench: Workbench, settings: ChaosSettings): Promise<ChaosRun> {
  const random = randomFrom(settings.seed);
  await bench.start(["stack"], STACK_ENVIRONMENT).line("is ready");
  const stack = await readStackFile(bench.stackFile);
  const clients = connect(stack);
  await configure(clients.documents, stack.dynamodb.tables.config);

  const crew = await startCrew(bench, settings.consumers);
  const published = Array.from({ length: settings.intents }, (_, i) => anyIntent(random, i));
  const [whileStopped] = await Promise.all([
    operate(clients, stack),
    publishAndKill(bench, crew, { clients, stack, published, settings, random }),
  ]);
  const redriven = await drain(clients, stack);
  await Promise.all(crew.map((consumer) => consumer.stop()));
  return { stack, clients, published, whileStopped, kills: settings.kills, redriven };
}

interface Work {
  readonly clients: StackClients;
  readonly stack: StackFile;
  readonly published: readonly PublishedIntent[];
  readonly settings: ChaosSettings;
  readonly random: Random;
}

/**
 * A wave of intents, and soon after it a death, so that every death finds work in hand. From the
 * middle on, whoever starts anew lives on the next day: the clocks of the crew disagree.
 */
async function publishAndKill(bench: Workbench, crew: Running[], work: Work): Promise<void> {
  const { published, settings, random } = work;
  const waveSize = Math.ceil(settings.intents / settings.kills);
  for (let kill = 0; kill < settings.kills; kill++) {
    await publishWave(work, published.slice(0, kill * waveSize + waveSize), waveSize);
    await pause(below(random, 400));
    const victim = oneOf(random, crew);
    await victim.kill();
    const offset = kill < settings.kills / 2 ? 0 : DAY_SECONDS;
    const environment = { ...CONSUMER_ENVIRONMENT, AUTONOMY_CLOCK_OFFSET_SECONDS: String(offset) };
    const successor = bench.start(["consumer"], environment);
    await successor.line("Consuming intents");
    crew[crew.indexOf(victim)] = successor;
  }
}

/** The last of the intents so far, and about one in six of the wave's size again from all of them. */
async function publishWave(
  { clients, stack, random }: Work,
  soFar: readonly PublishedIntent[],
  waveSize: number,
): Promise<void> {
  const again = soFar.filter(() => random() < waveSize / 6 / soFar.length);
  const wave = [...soFar.slice(-waveSize), ...again];
  await publishIntents(
    clients.events,
    stack.events.bus,
    wave.map((data) => ({ data })),
  );
}

async function startCrew(bench: Workbench, size: number): Promise<Running[]> {
  const crew = Array.from({ length: size }, () => bench.start(["consumer"], CONSUMER_ENVIRONMENT));
  await Promise.all(crew.map((consumer) => consumer.line("Consuming intents")));
  return crew;
}

const CONSUMER_ENVIRONMENT = {
  POWERTOOLS_LOG_LEVEL: "ERROR",
  POWERTOOLS_METRICS_DISABLED: "true",
};

/** What operators do meanwhile. Resolves with what a stop of an account did to its automatic count. */
async function operate(clients: StackClients, stack: StackFile): Promise<ChaosRun["whileStopped"]> {
  const change = changer(clients, stack);
  const stopped = { kind: "ACCOUNT", tenant_id: TENANT, account_id: STOPPED } as const;
  const hot = { kind: "ACCOUNT", tenant_id: TENANT, account_id: HOT } as const;

  await change({ scope: hot, object: { kind: "BUDGET" } }, { max_autonomous_per_day: 20 });
  await change({ scope: hot, object: { kind: "MODE" } }, { mode: "DISABLED" });
  await change({ scope: hot, object: { kind: "MODE" } }, { mode: "AUTO_EXECUTE" });
  const stop = { engaged: true, effect: "REQUIRE_APPROVAL", reason: "drill" };
  await change({ scope: stopped, object: { kind: "KILL_SWITCH", owner: "TENANT" } }, stop);
  const atAcknowledgement = await automaticCount(clients.documents, stack, STOPPED);
  await change({ scope: hot, object: { kind: "BUDGET" } }, { max_autonomous_per_day: LIMITS.hot });
  await pause(1_000);
  const atRelease = await automaticCount(clients.documents, stack, STOPPED);
  await change(
    { scope: stopped, object: { kind: "KILL_SWITCH", owner: "TENANT" } },
    { engaged: false },
  );
  return { atAcknowledgement, atRelease };
}

/** Changes configuration as the admin API does: audited, and fenced for an account. */
function changer(clients: StackClients, stack: StackFile) {
  const store = configStore({
    table: dynamoTable(clients.dynamodb, tableNames(stack)),
    clock: systemClock(),
    newId: randomUUID,
  });
  return async (address: ConfigAddress, attributes: ConfigAttributes) => {
    const at = new Date().toISOString();
    const before = await store.read(address);
    const reply = await store.write({
      ...address,
      ...(before === undefined ? {} : { before }),
      after: { ...attributes, updated_at: at, updated_by: "chaos" },
      actor: "chaos",
      action: "chaos",
      request_id: randomUUID(),
      at,
    });
    if (reply.status !== "written") throw new Error("Nobody else changes the configuration.");
  };
}

/** Waits until nothing is queued or in work, giving dead letters back, and counts those. */
async function drain({ sqs }: StackClients, { sqs: { queues } }: StackFile): Promise<number> {
  let redriven = 0;
  for (;;) {
    const [waiting, dead] = await Promise.all([
      messagesIn(queues.intents),
      messagesIn(queues.intents_dlq),
    ]);
    if (waiting + dead === 0) return redriven;
    if (dead > 0) redriven += await redrive(sqs, queues.intents_dlq, queues.intents);
    await pause(250);
  }

  async function messagesIn(QueueUrl: string): Promise<number> {
    const AttributeNames = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
    ] as const;
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    );
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  }
}
