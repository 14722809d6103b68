import type { TableNames } from "@autonomy-gate/core/adapters";
import { intentRulePattern, OUTCOME_RULE_PATTERN } from "@autonomy-gate/core/topology";
import {
  CreateEventBusCommand,
  type EventBridgeClient,
  ResourceAlreadyExistsException,
} from "@aws-sdk/client-eventbridge";
import { connect } from "./clients.ts";
import type { DataFolder } from "./data-folder.ts";
import { startDynamoDb } from "./dynamodb/server.ts";
import { createTables } from "./dynamodb/tables.ts";
import { startEvents } from "./events/server.ts";
import { onPort } from "./on-port.ts";
import { closeFormerFeeds } from "./outcome-feed.ts";
import type { LocalSettings } from "./settings.ts";
import { createQueues, startSqs } from "./sqs.ts";
import type { StackFile } from "./stack-file.ts";
import { subscribe } from "./subscribe.ts";

const REGION = "us-east-1";
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };
const BUS = "autonomy-local";
const TABLES: TableNames = {
  config: "AutonomyConfig",
  budgetState: "AutonomyBudgetState",
  ledger: "AutonomyLedger",
  actions: "AutonomyActions",
};

/** Outcomes that nobody took; the oldest make room for the newest. */
export const OUTCOMES_MAX = 10_000;

/** The stand-ins of one machine, with the deployed topology on them. */
export interface Stack {
  readonly description: StackFile;
  /** Ends the stand-ins; what they held is gone, unless it is in a data folder. */
  close(): Promise<void>;
}

/**
 * Starts DynamoDB, SQS and EventBridge on 127.0.0.1; returns when tables, queues and rules stand.
 *
 * @param data where they are kept; absent: in memory
 */
export async function startStack(
  settings: Pick<LocalSettings, "ports" | "visibilityTimeoutSeconds">,
  data?: DataFolder,
): Promise<Stack> {
  // Closed again, the last first, should anything here fail.
  await using opened = new AsyncDisposableStack();
  const { ports } = settings;
  const shared = { region: REGION, credentials: CREDENTIALS };
  const dynamodb = opened.adopt(
    await onPort({ port: ports.dynamodb, variable: "AUTONOMY_PORT_DYNAMODB" }, (port) =>
      startTables(port, data),
    ),
    closed,
  );
  const sqs = opened.adopt(
    await onPort({ port: ports.sqs, variable: "AUTONOMY_PORT_SQS" }, (port) =>
      startSqs({ port, folder: data?.queues, messagesMax: { outcomes: OUTCOMES_MAX } }),
    ),
    closed,
  );
  const events = opened.adopt(
    await onPort({ port: ports.events, variable: "AUTONOMY_PORT_EVENTS" }, (port) =>
      startEvents({
        port,
        rulesFile: data?.rules,
        sqs: { endpoint: sqs.endpoint, ...shared },
      }),
    ),
    closed,
  );
  const queues = await createTopology({ ...shared, dynamodb, sqs, events }, settings);
  const { budgetState, ...tables } = TABLES;
  const description: StackFile = {
    ...shared,
    dynamodb: {
      endpoint: dynamodb.endpoint,
      tables: { ...tables, budget_state: budgetState },
    },
    sqs: { endpoint: sqs.endpoint, queues },
    events: { endpoint: events.endpoint, bus: BUS },
  };
  const running = opened.move();
  return { description, close: () => running.disposeAsync() };
}

async function closed(server: { close(): Promise<void> }): Promise<void> {
  await server.close();
}

async function startTables(port: number, data: DataFolder | undefined) {
  try {
    return await startDynamoDb({ port, folder: data?.tables });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    const isLocked = cause instanceof Error && "code" in cause && cause.code === "LEVEL_LOCKED";
    if (data === undefined || !isLocked) throw error;
    throw new Error(`Another stack uses ${data.path}. Stop it, or choose another folder.`, {
      cause: error,
    });
  }
}

/** Makes the tables, the bus, the queues, and the rules between these two, where they are absent. */
async function createTopology(
  services: Parameters<typeof connect>[0],
  settings: Pick<LocalSettings, "visibilityTimeoutSeconds">,
): Promise<StackFile["sqs"]["queues"]> {
  const clients = connect(services);
  try {
    const [queues] = await Promise.all([
      createQueues(clients.sqs, settings),
      createTables(clients.dynamodb, TABLES),
      createBus(clients.events),
    ]);
    await closeFormerFeeds(clients, BUS);
    await Promise.all([
      subscribe(clients, {
        bus: BUS,
        rule: "intents",
        pattern: intentRulePattern(),
        queueUrl: queues.intents,
      }),
      subscribe(clients, {
        bus: BUS,
        rule: "outcomes",
        pattern: OUTCOME_RULE_PATTERN,
        queueUrl: queues.outcomes,
      }),
    ]);
    return queues;
  } finally {
    clients.destroy();
  }
}

async function createBus(events: EventBridgeClient): Promise<void> {
  try {
    await events.send(new CreateEventBusCommand({ Name: BUS }));
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error;
  }
}
