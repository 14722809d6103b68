import {
  createDynamoClient,
  dynamoTable,
  eventBridgeOutcomeBus,
  leaveOutRequestLog,
  systemClock,
  timeZoneDataVersion,
} from "@autonomy-gate/core/adapters";
import { createTurns } from "@autonomy-gate/core/commit";
import type { Clock } from "@autonomy-gate/core/ports";
import { gateStore } from "@autonomy-gate/core/store";
import { METRICS_NAMESPACE } from "@autonomy-gate/core/topology";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { quarantineOnDemand, REQUESTS } from "../clients.ts";
import { powertoolsTelemetry } from "../telemetry.ts";
import type { ConsumerConfig } from "./config.ts";
import { type Consumer, consumeIntents } from "./consume-intents.ts";

/** The Lambda function, as far as it uses its context. */
export type IntentsHandler = (
  event: SQSEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
) => Promise<SQSBatchResponse>;

const SERVICE_NAME = "autonomy-gate-consumer";

/**
 * Builds the consumer on AWS's clients; endpoints and credentials come from their environment.
 * @param serviceOffsetMs how far the clock is moved on purpose: as far as AWS's time is moved too
 */
export function createHandler(
  config: ConsumerConfig,
  clock: Clock = systemClock(),
  serviceOffsetMs = 0,
): IntentsHandler {
  const logger = new Logger({ serviceName: SERVICE_NAME });
  logger.info("started", { tz_data: timeZoneDataVersion() });
  const events = new EventBridgeClient(REQUESTS);
  leaveOutRequestLog(events);
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE_NAME });
  const consumer: Consumer = {
    store: gateStore(dynamoTable(createDynamoClient(REQUESTS), config.tables, serviceOffsetMs)),
    bus: eventBridgeOutcomeBus(events, config.busName),
    quarantine: quarantineOnDemand(config.quarantineUrl),
    clock,
    turns: createTurns(),
    telemetry: powertoolsTelemetry(logger, metrics, clock),
    intentSources: config.intentSources,
  };
  return (event, context) =>
    consumeIntents(event.Records, consumer, context.getRemainingTimeInMillis());
}
