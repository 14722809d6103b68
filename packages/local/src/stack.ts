import type { TableNames } from "@autonomy-gate/core/adapters/dynamodb/client";
import { intentRulePattern, OUTCOME_RULE_PATTERN } from "@autonomy-gate/core/topology";
import { CreateEventBusCommand } from "@aws-sdk/client-eventbridge";
import { connect } from "./clients.ts";
import { startDynamoDb } from "./dynamodb/server.ts";
import { createTables } from "./dynamodb/tables.ts";
import { startEvents } from "./events/server.ts";
import { onPort } from "./on-port.ts";
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

/** The stand-ins of one machine, with the deployed topology on them. */
export interface Stack {
  readonly description: StackFile;
  /** Ends the stand-ins; what they held is gone. */
  close(): Promise<void>;
}

/** Starts DynamoDB, SQS and EventBridge on 127.0.0.1; returns when tables, queues and rules stand. */
export async function startStack(
  settings: Pick<LocalSettings, "ports" | "visibilityTimeoutSeconds">,
): Promise<Stack> {
  // Closed again, the last first, should anything here fail.
  await using opened = new AsyncDisposableStack();
  const { ports } = settings;
  const shared = { region: REGION, credentials: CREDENTIALS };
  const dynamodb = opened.adopt(
    await onPort({ port: ports.dynamodb, variable: "AUTONOMY_PORT_DYNAMODB" }, (port) =>
      startDynamoDb({ port }),
    ),
    closed,
  );
  const sqs = opened.adopt(
    await onPort({ port: ports.sqs, variable: "AUTONOMY_PORT_SQS" }, (port) => startSqs({ port })),
    closed,
  );
  const events = opened.adopt(
    await onPort({ port: ports.events, variable: "AUTONOMY_PORT_EVENTS" }, (port) =>
      startEvents({ port, sqs: { endpoint: sqs.endpoint, ...shared } }),
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

/** Makes the tables, the bus, the queues, and the rules between these two. */
async function createTopology(
  services: Parameters<typeof connect>[0],
  settings: Pick<LocalSettings, "visibilityTimeoutSeconds">,
): Promise<StackFile["sqs"]["queues"]> {
  const clients = connect(services);
  try {
    const [queues] = await Promise.all([
      createQueues(clients.sqs, settings),
      createTables(clients.dynamodb, TABLES),
      clients.events.send(new CreateEventBusCommand({ Name: BUS })),
    ]);
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
