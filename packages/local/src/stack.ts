import { intentRulePattern, OUTCOME_RULE_PATTERN } from "@autonomy-gate/core/topology";
import { CreateEventBusCommand } from "@aws-sdk/client-eventbridge";
import { connect } from "./clients.ts";
import { startDynamoDb } from "./dynamodb/server.ts";
import { createTables } from "./dynamodb/tables.ts";
import { startEvents } from "./events/server.ts";
import type { LocalSettings } from "./settings.ts";
import { createQueues, startSqs } from "./sqs.ts";
import type { StackFile } from "./stack-file.ts";
import { subscribe } from "./subscribe.ts";

const REGION = "us-east-1";
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };
const BUS = "autonomy-local";
const TABLES = {
  config: "AutonomyConfig",
  budget_state: "AutonomyBudgetState",
  ledger: "AutonomyLedger",
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
  const [dynamodb, sqs] = await Promise.all([
    startDynamoDb({ port: settings.ports.dynamodb }),
    startSqs({ port: settings.ports.sqs }),
  ]);
  const shared = { region: REGION, credentials: CREDENTIALS };
  const events = await startEvents({
    port: settings.ports.events,
    sqs: { endpoint: sqs.endpoint, ...shared },
  });
  const clients = connect({ ...shared, dynamodb, sqs, events });
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
    const description: StackFile = {
      ...shared,
      dynamodb: { endpoint: dynamodb.endpoint, tables: TABLES },
      sqs: { endpoint: sqs.endpoint, queues },
      events: { endpoint: events.endpoint, bus: BUS },
    };
    return {
      description,
      close: async () => {
        await events.close();
        await Promise.all([sqs.close(), dynamodb.close()]);
      },
    };
  } finally {
    clients.destroy();
  }
}
