import { createDynamoClient, systemClock, timeZoneDataVersion } from "@autonomy-gate/core/adapters";
import { Logger } from "@aws-lambda-powertools/logger";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { createApp } from "./app.ts";
import { cognitoTokens } from "./auth/tokens.ts";
import { AWS_REQUESTS, awsPorts } from "./aws-ports.ts";
import type { AdminConfig } from "./environment/config.ts";
import { loggedTelemetry } from "./http/telemetry.ts";
import { type AdminHandler, lambdaHandler } from "./lambda.ts";

const SERVICE_NAME = "autonomy-gate-admin";

/**
 * Lambda hands over 6 MB, headers included. An entry that is a part by itself is smaller: DynamoDB
 * holds 400 KB, of which each byte becomes at most 10, in a list of empty strings.
 */
const EXPORT_PART_MAX = 5 * 1024 * 1024;

/** Builds the Lambda function on AWS's clients; endpoints and credentials come from their environment. */
export function createHandler(config: AdminConfig): AdminHandler {
  const clock = systemClock();
  const logger = new Logger({ serviceName: SERVICE_NAME });
  logger.info("started", { tz_data: timeZoneDataVersion() });
  const { userPool } = config;
  const ports = awsPorts({
    client: createDynamoClient(AWS_REQUESTS),
    tables: config.tables,
    events: new EventBridgeClient(AWS_REQUESTS),
    busName: config.busName,
    clock,
    telemetry: loggedTelemetry(logger),
    corsOrigins: config.corsOrigins,
    configObjectsMax: config.configObjectsMax,
    ...(userPool === undefined ? {} : { tokens: cognitoTokens(userPool) }),
  });
  return lambdaHandler(createApp({ ...ports, exportPartMax: EXPORT_PART_MAX }));
}
