import { ADMIN_SOURCE, CONFIG_CHANGED_DETAIL_TYPE } from "@autonomy-gate/core/contract";
import { ADMIN, DECISIONS_INDEX } from "@autonomy-gate/core/topology";
import { gateFunction, type Permission } from "./function.ts";
import type { Identity } from "./identity.ts";
import type { Settings } from "./settings.ts";
import type { GateTables } from "./tables.ts";

/** Routes that need no credential, by the contract. Every other one is behind the authorizer. */
const PUBLIC_ROUTES = ["OPTIONS /{proxy+}", "GET /health", "GET /openapi.json", "GET /docs"];

const PROTECTED_ROUTE = "ANY /{proxy+}";

/** Partition of the config table that holds the hashes of API keys. */
const API_KEY_PARTITION = "API_KEY";

export interface AdminApiArgs {
  readonly folders: { readonly admin: string | undefined; readonly authorizer: string | undefined };
  readonly bus: sst.aws.Bus;
  readonly tables: GateTables;
  readonly identity: Identity;
  readonly settings: Settings;
}

export interface AdminApi {
  readonly api: sst.aws.ApiGatewayV2;
  readonly admin: sst.aws.Function;
  readonly authorizer: sst.aws.Function;
}

/** The admin HTTP API: one function behind an authorizer that takes API keys and Cognito tokens. */
export function createAdminApi(args: AdminApiArgs): AdminApi {
  const admin = adminFunction(args);
  const authorizer = authorizerFunction(args);
  const { adminDomain, production } = args.settings;
  const api = new sst.aws.ApiGatewayV2("AutonomyAdminApi", {
    // The function answers preflight requests itself, for the configured origins.
    cors: false,
    accessLog: { retention: production ? "1 year" : "1 week" },
    ...(adminDomain === undefined ? {} : { domain: adminDomain }),
    transform: {
      api: (api) => {
        api.disableExecuteApiEndpoint = adminDomain !== undefined;
        return undefined;
      },
      stage: (stage) => {
        stage.defaultRouteSettings = {
          throttlingRateLimit: ADMIN.requestsPerSecondMax,
          throttlingBurstLimit: ADMIN.requestsBurstMax,
          detailedMetricsEnabled: production,
        };
        return undefined;
      },
    },
  });
  const { id } = api.addAuthorizer({
    name: "Credentials",
    // No identity source and no cache: a call carries one of two headers, and a revoked key is
    // refused at once.
    lambda: { function: authorizer.arn, identitySources: [], ttl: "0 seconds" },
  });
  api.route(PROTECTED_ROUTE, admin.arn, { auth: { lambda: id } });
  for (const route of PUBLIC_ROUTES) api.route(route, admin.arn);
  return { api, admin, authorizer };
}

function adminFunction({ folders, bus, tables, identity, settings }: AdminApiArgs) {
  return gateFunction("AutonomyAdmin", {
    bundle: "admin",
    folder: folders.admin,
    source: "packages/admin/src/handler.handler",
    description: "Configuration, kill switch, decisions and audit trail of the gate",
    timeoutSeconds: ADMIN.timeoutSeconds,
    memoryMegabytes: ADMIN.memoryMegabytes,
    environment: {
      AUTONOMY_CONFIG_TABLE_NAME: tables.config.name,
      AUTONOMY_BUDGET_STATE_TABLE_NAME: tables.budgetState.name,
      AUTONOMY_LEDGER_TABLE_NAME: tables.ledger.name,
      AUTONOMY_EVENT_BUS_NAME: bus.name,
      AUTONOMY_CORS_ORIGINS: settings.corsOrigins.join(","),
      ...tokenEnvironment(identity),
    },
    permissions: adminPermissions(bus, tables),
    production: settings.production,
  });
}

function authorizerFunction({ folders, tables, identity, settings }: AdminApiArgs) {
  return gateFunction("AutonomyAuthorizer", {
    bundle: "authorizer",
    folder: folders.authorizer,
    source: "packages/admin/src/authorizer.handler",
    description: "Refuses calls of the admin API that carry no usable credential",
    timeoutSeconds: 10,
    memoryMegabytes: 512,
    environment: {
      AUTONOMY_CONFIG_TABLE_NAME: tables.config.name,
      ...tokenEnvironment(identity),
    },
    permissions: [
      {
        actions: ["dynamodb:GetItem"],
        resources: [tables.config.arn],
        conditions: [leadingKey("ForAllValues:StringEquals")],
      },
    ],
    production: settings.production,
  });
}

function tokenEnvironment({ pool, client }: Identity) {
  return {
    AUTONOMY_JWT_USER_POOL_ID: pool.id,
    AUTONOMY_JWT_CLIENT_IDS: client.id,
  };
}

function adminPermissions(bus: sst.aws.Bus, tables: GateTables): Permission[] {
  return [
    {
      actions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"],
      resources: [tables.config.arn],
    },
    {
      // Keys are made at a terminal, never over HTTP.
      actions: ["dynamodb:PutItem", "dynamodb:DeleteItem"],
      resources: [tables.config.arn],
      conditions: [leadingKey("ForAllValues:StringNotEquals")],
    },
    {
      actions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"],
      resources: [tables.budgetState.arn],
    },
    {
      actions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"],
      resources: [tables.ledger.arn],
    },
    {
      actions: ["dynamodb:Query"],
      resources: [$interpolate`${tables.ledger.arn}/index/${DECISIONS_INDEX}`],
    },
    {
      actions: ["events:PutEvents"],
      resources: [bus.arn],
      conditions: [
        { test: "StringEquals", variable: "events:source", values: [ADMIN_SOURCE] },
        {
          test: "StringEquals",
          variable: "events:detail-type",
          values: [CONFIG_CHANGED_DETAIL_TYPE],
        },
      ],
    },
  ];
}

function leadingKey(test: string) {
  return { test, variable: "dynamodb:LeadingKeys", values: [API_KEY_PARTITION] };
}
