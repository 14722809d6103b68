import { dynamoAuditReader } from "@autonomy-gate/core/adapters/dynamodb/audit-reader";
import { dynamoBudgetStateReader } from "@autonomy-gate/core/adapters/dynamodb/budget-state-reader";
import type { TableNames } from "@autonomy-gate/core/adapters/dynamodb/client";
import { dynamoConfigListing } from "@autonomy-gate/core/adapters/dynamodb/config-listing";
import { dynamoConfigStore } from "@autonomy-gate/core/adapters/dynamodb/config-store";
import { dynamoDecisionReader } from "@autonomy-gate/core/adapters/dynamodb/decision-reader";
import { dynamoGateStore } from "@autonomy-gate/core/adapters/dynamodb/gate-store";
import { eventBridgeChangeBus } from "@autonomy-gate/core/adapters/eventbridge/change-bus";
import type { Clock } from "@autonomy-gate/core/ports";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { v7 as uuidV7 } from "uuid";
import type { TokenVerifier } from "./auth/tokens.ts";
import type { AdminTelemetry } from "./http/telemetry.ts";
import { dynamoApiKeys } from "./keys/key-store.ts";
import type { AdminPorts } from "./ports.ts";

/** Nothing here commits a decision, so the SDK may try again by itself, inside these bounds. */
export const AWS_REQUESTS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 500,
    requestTimeout: 2_000,
    socketTimeout: 2_000,
    throwOnRequestTimeout: true,
  },
};

/** What the API runs on, wherever it runs. */
export interface AwsParts {
  readonly client: DynamoDBDocumentClient;
  readonly tables: TableNames;
  readonly events: EventBridgeClient;
  readonly busName: string;
  readonly clock: Clock;
  readonly telemetry: AdminTelemetry;
  readonly corsOrigins: readonly string[];
  readonly tokens?: TokenVerifier;
}

/** The API's ports on DynamoDB and EventBridge. */
export function awsPorts(parts: AwsParts): AdminPorts {
  const { client, tables, clock, tokens } = parts;
  return {
    authentication: {
      keys: dynamoApiKeys(client, tables.config),
      ...(tokens === undefined ? {} : { tokens }),
    },
    config: dynamoConfigStore(client, tables, clock),
    listing: dynamoConfigListing(client, tables.config),
    gate: dynamoGateStore(client, tables),
    budgetStates: dynamoBudgetStateReader(client, tables.budgetState),
    decisions: dynamoDecisionReader(client, tables.ledger),
    audit: dynamoAuditReader(client, tables.ledger),
    changes: eventBridgeChangeBus(parts.events, parts.busName),
    clock,
    newId: () => uuidV7({ msecs: clock.epochMs() }),
    telemetry: parts.telemetry,
    corsOrigins: parts.corsOrigins,
  };
}
