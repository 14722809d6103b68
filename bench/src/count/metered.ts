import { consumerConfigFrom } from "@autonomy-gate/consumers/intents/config";
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
import { consumerEnvironment } from "@autonomy-gate/local/clients";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { createPeerHandler } from "../../peer/handler.ts";
import type { Meter } from "./meter.ts";

export type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** Does something to a side's EventBridge client before it is used. */
type PrepareEvents = (events: EventBridgeClient) => void;

const quiet: Consumer["telemetry"] = {
  retried: () => {},
  clockDiffers: () => {},
  decided: () => {},
  quarantined: () => {},
  failed: () => {},
  batch: () => {},
};

/** The consumer as deployed, on clients whose calls are noted. */
export function meteredGate(
  stack: StackFile,
  meter: Meter,
  prepare: PrepareEvents = () => {},
): Handler {
  const { tables, busName, quarantineUrl, intentSources } = consumerConfigFrom(
    consumerEnvironment(stack),
  );
  const shared = { region: stack.region, credentials: stack.credentials, maxAttempts: 1 };
  const documents = createDynamoClient({ ...shared, endpoint: stack.dynamodb.endpoint });
  const events = new EventBridgeClient({ ...shared, endpoint: stack.events.endpoint });
  meter.watch(documents);
  meter.watch(events);
  prepare(events);
  // No time passes: a slow machine must not look like a read that has to be repeated.
  const clock = { ...systemClock(), elapsedMs: () => 0 };
  const consumer: Consumer = {
    store: gateStore(dynamoTable(documents, tables)),
    bus: eventBridgeOutcomeBus(events, busName),
    quarantine: sqsQuarantine(
      new SQSClient({ ...shared, endpoint: stack.sqs.endpoint }),
      quarantineUrl,
    ),
    clock,
    turns: createTurns(),
    telemetry: quiet,
    intentSources,
  };
  return (event, context) =>
    consumeIntents(event.Records, consumer, context.getRemainingTimeInMillis());
}

/** The peer on clients whose calls are noted. */
export function meteredPeer(
  stack: StackFile,
  meter: Meter,
  prepare: PrepareEvents = () => {},
): Handler {
  const { region, credentials } = stack;
  const dynamodb = new DynamoDB({ region, credentials, endpoint: stack.dynamodb.endpoint });
  const events = new EventBridgeClient({ region, credentials, endpoint: stack.events.endpoint });
  meter.watch(DynamoDBDocumentClient.from(dynamodb));
  meter.watch(events);
  prepare(events);
  return createPeerHandler({
    dynamodb,
    events,
    configTable: stack.dynamodb.tables.config,
    busName: stack.events.bus,
  });
}
