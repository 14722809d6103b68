import {
  createDynamoClient,
  dynamoTable,
  eventBridgeOutcomeBus,
  leaveOutRequestLog,
  systemClock,
} from "@autonomy-gate/core/adapters";
import type { Clock, OutcomeBus } from "@autonomy-gate/core/ports";
import { approvalStore } from "@autonomy-gate/core/store";
import { METRICS_NAMESPACE } from "@autonomy-gate/core/topology";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { quarantineOnDemand, REQUESTS } from "../clients.ts";
import type { IntentsHandler } from "../intents/create-handler.ts";
import { powertoolsTelemetry } from "../telemetry.ts";
import type { ApprovalsConfig } from "./config.ts";
import { type ApprovalsConsumer, consumeApprovals } from "./consume-approvals.ts";

const SERVICE_NAME = "autonomy-gate-approvals";

/**
 * Builds the approvals consumer on AWS's clients.
 * @param serviceOffsetMs how far the clock is moved on purpose: as far as AWS's time is moved too
 */
export function createApprovalsHandler(
  config: ApprovalsConfig,
  clock: Clock = systemClock(),
  serviceOffsetMs = 0,
): IntentsHandler {
  const logger = new Logger({ serviceName: SERVICE_NAME });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: SERVICE_NAME });
  const consumer: ApprovalsConsumer = {
    store: approvalStore(dynamoTable(createDynamoClient(REQUESTS), config.tables, serviceOffsetMs)),
    bus: openBus(config.busName),
    quarantine: quarantineOnDemand(config.quarantineUrl),
    clock,
    telemetry: powertoolsTelemetry(logger, metrics, clock),
    intentSources: config.intentSources,
  };
  return (event, context) =>
    consumeApprovals(event.Records, consumer, context.getRemainingTimeInMillis());
}

export function openBus(busName: string): OutcomeBus {
  const events = new EventBridgeClient(REQUESTS);
  leaveOutRequestLog(events);
  return eventBridgeOutcomeBus(events, busName);
}
