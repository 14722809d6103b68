import {
  dynamoTable,
  eventBridgeChangeBus,
  type SomeTableNames,
} from "@autonomy-gate/core/adapters";
import { configStore, setBackDay } from "@autonomy-gate/core/commit";
import type { Clock } from "@autonomy-gate/core/ports";
import {
  auditReader,
  budgetStateReader,
  configListing,
  decisionReader,
  gateStore,
} from "@autonomy-gate/core/store";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { v7 as uuidV7 } from "uuid";
import type { TokenVerifier } from "./auth/tokens.ts";
import type { AdminTelemetry } from "./http/telemetry.ts";
import { apiKeyStore, keyListing, keyUse } from "./keys/key-store.ts";
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
  readonly client: Pick<DynamoDBClient, "send">;
  readonly tables: SomeTableNames;
  readonly events: EventBridgeClient;
  readonly busName: string;
  readonly clock: Clock;
  readonly telemetry: AdminTelemetry;
  readonly corsOrigins: readonly string[];
  /** Default: 2,000. */
  readonly configObjectsMax?: number;
  readonly tokens?: TokenVerifier;
}

/** The API's ports on DynamoDB and EventBridge. */
export function awsPorts(parts: AwsParts): AdminPorts {
  const { client, tables, clock, telemetry, tokens } = parts;
  const table = dynamoTable(client, tables);
  const newId = () => uuidV7({ msecs: clock.epochMs() });
  return {
    authentication: {
      keys: apiKeyStore(table),
      keyUse: keyUse(table, telemetry.useNotNoted),
      ...(tokens === undefined ? {} : { tokens }),
    },
    keys: keyListing(table),
    config: configStore({
      table,
      clock,
      newId,
      ...(parts.configObjectsMax === undefined ? {} : { objectsMax: parts.configObjectsMax }),
    }),
    listing: configListing(table),
    gate: gateStore(table),
    budgetStates: budgetStateReader(table),
    setBackDay: (request) => setBackDay({ table, clock, newId }, request),
    decisions: decisionReader(table),
    audit: auditReader(table),
    changes: eventBridgeChangeBus(parts.events, parts.busName),
    clock,
    newId,
    telemetry,
    corsOrigins: parts.corsOrigins,
  };
}
