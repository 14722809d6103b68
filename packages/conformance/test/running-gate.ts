import process from "node:process";
import { type Consumer, consumeIntents } from "@autonomy-gate/consumers/intents/consume-intents";
import {
  createDynamoClient,
  dynamoTable,
  eventBridgeOutcomeBus,
  sqsQuarantine,
  systemClock,
} from "@autonomy-gate/core/adapters";
import { createTurns } from "@autonomy-gate/core/commit";
import { gateStore } from "@autonomy-gate/core/store";
import { startAdmin } from "@autonomy-gate/local/admin";
import { connect, tableNames } from "@autonomy-gate/local/clients";
import { startConsumer } from "@autonomy-gate/local/consumer";
import { createEventSource } from "@autonomy-gate/local/event-source";
import { startStack } from "@autonomy-gate/local/stack";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import { afterEach } from "vitest";

const PORTS = { dynamodb: 0, sqs: 0, events: 0, admin: 0 };

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export function closedAfterwards(close: () => Promise<void>): void {
  closers.push(close);
}

/** The gate of this repository on fresh stand-ins, until the end of the test. */
export async function aRunningGate(): Promise<StackFile> {
  process.env.POWERTOOLS_LOG_LEVEL = "CRITICAL";
  process.env.POWERTOOLS_METRICS_DISABLED = "true";
  const stack = await startStack({ ports: PORTS });
  closers.push(() => stack.close());
  const consumer = startConsumer(stack.description, { clockOffsetSeconds: 0 }, report);
  closers.push(() => consumer.stop());
  const admin = await startAdmin(stack.description, { ports: PORTS, clockOffsetSeconds: 0 });
  closers.push(() => admin.close());
  return { ...stack.description, admin: { url: admin.url, api_key: admin.api_key } };
}

/** What is wrong with an implementation: how it differs from the gate's own parts. */
export type Fault = (parts: Pick<Consumer, "store" | "bus">) => Partial<Consumer>;

/** The same, made of the gate's own parts but for a fault. */
export async function aBrokenGate(fault: Fault): Promise<StackFile> {
  const stack = await startStack({ ports: PORTS });
  closers.push(() => stack.close());
  const { description } = stack;
  const { region, credentials, dynamodb, sqs, events } = description;
  const clients = connect(description);
  const client = createDynamoClient({ region, credentials, endpoint: dynamodb.endpoint });
  const store = gateStore(dynamoTable(client, tableNames(description)));
  const bus = eventBridgeOutcomeBus(clients.events, events.bus);
  const consumer: Consumer = {
    store,
    bus,
    quarantine: sqsQuarantine(clients.sqs, sqs.queues.quarantine),
    clock: systemClock(),
    turns: createTurns(),
    telemetry: SILENT,
    intentSources: ["cc-native.decision"],
    ...fault({ store, bus }),
  };
  const source = createEventSource(
    {
      client: clients.sqs,
      queueUrl: sqs.queues.intents,
      region,
      handler: (event, context) =>
        consumeIntents(event.Records, consumer, context.getRemainingTimeInMillis()),
      onFault: report,
    },
    { batchSize: 10, windowSeconds: 0, timeoutMs: 30_000, functionName: "broken" },
  );
  closers.push(async () => {
    await source.stop();
    clients.destroy();
    client.destroy();
  });
  source.start();
  return description;
}

const SILENT: Consumer["telemetry"] = {
  retried: () => {},
  clockDiffers: () => {},
  decided: () => {},
  quarantined: () => {},
  failed: () => {},
  batch: () => {},
};

function report(fault: unknown): void {
  throw fault;
}
