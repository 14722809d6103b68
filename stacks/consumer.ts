import { OUTCOME_DETAIL_TYPE, OUTCOME_SOURCE } from "@autonomy-gate/core/contract";
import { BATCH, CONSUMER, CONSUMER_TIMEOUT_SECONDS } from "@autonomy-gate/core/topology";
import { gateFunction, type Permission } from "./function.ts";
import type { IntentQueues } from "./intents-queue.ts";
import type { Settings } from "./settings.ts";
import type { GateTables } from "./tables.ts";

export interface ConsumerArgs {
  readonly folder: string | undefined;
  readonly bus: sst.aws.Bus;
  readonly queues: IntentQueues;
  readonly tables: GateTables;
  readonly settings: Settings;
}

/** The gate: reads intents from their queue, decides, records, publishes. */
export function createConsumer(args: ConsumerArgs): sst.aws.Function {
  const { bus, queues, tables, settings } = args;
  const consumer = gateFunction("AutonomyConsumer", {
    bundle: "consumer",
    folder: args.folder,
    source: "packages/consumers/src/intents/handler.handler",
    description: "Decides every intent once, and publishes the outcome",
    timeoutSeconds: CONSUMER_TIMEOUT_SECONDS,
    memoryMegabytes: CONSUMER.memoryMegabytes,
    environment: {
      AUTONOMY_CONFIG_TABLE_NAME: tables.config.name,
      AUTONOMY_BUDGET_STATE_TABLE_NAME: tables.budgetState.name,
      AUTONOMY_LEDGER_TABLE_NAME: tables.ledger.name,
      AUTONOMY_EVENT_BUS_NAME: bus.name,
      AUTONOMY_QUARANTINE_QUEUE_URL: queues.quarantine.url,
      AUTONOMY_INTENT_SOURCES: settings.intentSources.join(","),
    },
    permissions: permissions(args),
    production: settings.production,
  });
  const batch = BATCH[settings.batchProfile];
  new aws.lambda.EventSourceMapping("AutonomyConsumerSource", {
    eventSourceArn: queues.intents.arn,
    functionName: consumer.arn,
    batchSize: batch.size,
    maximumBatchingWindowInSeconds: batch.windowSeconds,
    functionResponseTypes: ["ReportBatchItemFailures"],
    scalingConfig: { maximumConcurrency: settings.consumerConcurrency },
  });
  return consumer;
}

/** What the consumer calls, each on what it calls it on. A transaction needs the actions of its parts. */
function permissions({ bus, queues, tables }: ConsumerArgs): Permission[] {
  return [
    {
      actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
      resources: [queues.intents.arn],
    },
    { actions: ["dynamodb:BatchGetItem"], resources: [tables.config.arn] },
    {
      actions: ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
      resources: [tables.budgetState.arn],
    },
    { actions: ["dynamodb:BatchGetItem", "dynamodb:PutItem"], resources: [tables.ledger.arn] },
    { actions: ["sqs:SendMessage"], resources: [queues.quarantine.arn] },
    {
      actions: ["events:PutEvents"],
      resources: [bus.arn],
      conditions: [
        { test: "StringEquals", variable: "events:source", values: [OUTCOME_SOURCE] },
        {
          test: "StringEquals",
          variable: "events:detail-type",
          values: Object.values(OUTCOME_DETAIL_TYPE),
        },
      ],
    },
  ];
}
