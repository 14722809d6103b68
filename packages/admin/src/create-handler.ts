import { createDocumentClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import { Logger } from "@aws-lambda-powertools/logger";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { createApp } from "./app.ts";
import { cognitoTokens } from "./auth/tokens.ts";
import { awsPorts } from "./aws-ports.ts";
import type { AdminConfig } from "./config.ts";
import { type AdminHandler, lambdaHandler } from "./lambda.ts";
import { loggedTelemetry } from "./telemetry.ts";

const SERVICE_NAME = "autonomy-gate-admin";

/** Nothing here commits a decision, so the SDK may try again by itself, inside these bounds. */
const REQUESTS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

/** Lambda hands over at most 6 MB, and the last chunk may reach beyond this by one of 1 MB. */
const EXPORT_PART_MAX = 3 * 1024 * 1024;

/** Builds the Lambda function on AWS's clients; endpoints and credentials come from their environment. */
export function createHandler(config: AdminConfig): AdminHandler {
  const clock = systemClock();
  const ports = awsPorts({
    client: createDocumentClient(REQUESTS),
    tables: config.tables,
    events: new EventBridgeClient(REQUESTS),
    busName: config.busName,
    clock,
    telemetry: loggedTelemetry(new Logger({ serviceName: SERVICE_NAME })),
    corsOrigins: config.corsOrigins,
    ...(config.userPool === undefined ? {} : { tokens: cognitoTokens(config.userPool) }),
  });
  return lambdaHandler(createApp({ ...ports, exportPartMax: EXPORT_PART_MAX }));
}
