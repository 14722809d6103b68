import { ADMIN_SOURCE, CONFIG_CHANGED_DETAIL_TYPE } from "@autonomy-gate/core/contract";
import {
  ADMIN,
  API_KEY_PARTITION,
  DECISIONS_INDEX,
  REQUEST_LIMITS,
  type RequestLimit,
} from "@autonomy-gate/core/topology";
import { gateFunction, type Permission } from "./function.ts";
import type { Identity } from "./identity.ts";
import type { Settings } from "./settings.ts";
import type { GateTables } from "./tables.ts";

/** Routes that need no credential, by the contract. Every other one is behind the authorizer. */
const PUBLIC_ROUTES = ["OPTIONS /{proxy+}", "GET /health", "GET /openapi.json", "GET /docs"];

/** By their methods: `ANY` would take preflight requests as well, and ask them for a credential. */
const KILL_SWITCH_ROUTES = ["GET /kill-switch", "PUT /kill-switch"];

const PROTECTED_ROUTES = ["ANY /{proxy+}"];

/** Routes with a limit to themselves. */
const LIMITS: Readonly<Record<string, RequestLimit>> = {
  ...Object.fromEntries(KILL_SWITCH_ROUTES.map((route) => [route, REQUEST_LIMITS.killSwitch])),
  ...Object.fromEntries(PUBLIC_ROUTES.map((route) => [route, REQUEST_LIMITS.open])),
};

/** SST does not name it. */
type Route = ReturnType<sst.aws.ApiGatewayV2["route"]>;

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
  /** Serves the kill switch alone, behind an authorizer of its own. */
  readonly killSwitch: sst.aws.Function;
  readonly killSwitchAuthorizer: sst.aws.Function;
}

/**
 * The admin HTTP API behind authorizers that take API keys and Cognito tokens. The kill switch has
 * functions of its own, so that a flood on other routes takes none of its executions.
 */
export function createAdminApi(args: AdminApiArgs): AdminApi {
  const admin = adminFunction("AutonomyAdmin", adminPermissions(args.bus, args.tables), args);
  const authorizer = authorizerFunction("AutonomyAuthorizer", args);
  const killSwitch = adminFunction(
    "AutonomyKillSwitch",
    killSwitchPermissions(args.bus, args.tables),
    args,
  );
  const killSwitchAuthorizer = authorizerFunction("AutonomyKillSwitchAuthorizer", args);
  const { adminDomain, production } = args.settings;
  const routes: Route[] = [];
  const api = new sst.aws.ApiGatewayV2("AutonomyAdminApi", {
    // The function answers preflight requests itself, for the configured origins.
    cors: false,
    accessLog: { retention: production ? "1 year" : "1 week" },
    ...(adminDomain === undefined ? {} : { domain: adminDomain }),
    transform: {
      logGroup: (_, opts) => {
        opts.retainOnDelete = production;
        return undefined;
      },
      api: (api) => {
        api.disableExecuteApiEndpoint = adminDomain !== undefined;
        return undefined;
      },
      stage: (stage) => {
        stage.defaultRouteSettings = throttled(REQUEST_LIMITS.other, production);
        // SST makes the stage first, and AWS takes no settings of a route that is not there: so they
        // are told when the routes below are known, and wait for each to be made.
        stage.routeSettings = $output(
          Promise.resolve().then(() => routeSettings(routes, production)),
        );
        return undefined;
      },
    },
  });
  const guard = (name: string, authorizer: sst.aws.Function) =>
    // No identity source and so no cache of the gateway's: a call carries one of two headers, and
    // the gateway would ask for both. The authorizer itself remembers for a few seconds.
    api.addAuthorizer({
      name,
      lambda: { function: authorizer.arn, identitySources: [], ttl: "0 seconds" },
    });
  const credentials = guard("Credentials", authorizer);
  const stopCredentials = guard("StopCredentials", killSwitchAuthorizer);
  for (const route of PROTECTED_ROUTES) {
    routes.push(api.route(route, admin.arn, { auth: { lambda: credentials.id } }));
  }
  for (const route of KILL_SWITCH_ROUTES) {
    routes.push(api.route(route, killSwitch.arn, { auth: { lambda: stopCredentials.id } }));
  }
  for (const route of PUBLIC_ROUTES) routes.push(api.route(route, admin.arn));
  return { api, admin, authorizer, killSwitch, killSwitchAuthorizer };
}

/** Of the routes that have a limit to themselves; known when all of them are made. */
function routeSettings(routes: readonly Route[], detailed: boolean) {
  return $resolve(routes.map(({ nodes }) => nodes.route.routeKey)).apply((keys) =>
    keys.flatMap((routeKey) => {
      const limit = LIMITS[routeKey];
      return limit === undefined ? [] : [{ routeKey, ...throttled(limit, detailed) }];
    }),
  );
}

/** The settings of a route replace the default ones as a whole. */
function throttled({ perSecondMax, burstMax }: RequestLimit, detailedMetricsEnabled: boolean) {
  return {
    throttlingRateLimit: perSecondMax,
    throttlingBurstLimit: burstMax,
    detailedMetricsEnabled,
  };
}

function adminFunction(
  name: string,
  permissions: readonly Permission[],
  { folders, bus, tables, identity, settings }: AdminApiArgs,
) {
  return gateFunction(name, {
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
      AUTONOMY_CONFIG_OBJECTS_MAX: String(settings.configObjectsMax),
      ...tokenEnvironment(identity),
    },
    permissions,
    reservedConcurrency: settings.adminReservedConcurrency,
    production: settings.production,
  });
}

function authorizerFunction(name: string, { folders, tables, identity, settings }: AdminApiArgs) {
  return gateFunction(name, {
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
    reservedConcurrency: settings.adminReservedConcurrency,
    production: settings.production,
  });
}

function tokenEnvironment({ pool, client }: Identity) {
  return {
    AUTONOMY_JWT_USER_POOL_ID: pool.id,
    AUTONOMY_JWT_CLIENT_IDS: client.id,
  };
}

function killSwitchPermissions(bus: sst.aws.Bus, tables: GateTables): Permission[] {
  return [
    { actions: ["dynamodb:GetItem"], resources: [tables.config.arn] },
    {
      actions: ["dynamodb:PutItem"],
      resources: [tables.config.arn],
      conditions: [leadingKey("ForAllValues:StringNotEquals")],
    },
    {
      // Notes when a key was used.
      actions: ["dynamodb:UpdateItem"],
      resources: [tables.config.arn],
      conditions: [leadingKey("ForAllValues:StringEquals")],
    },
    { actions: ["dynamodb:UpdateItem"], resources: [tables.budgetState.arn] },
    // The audit entry; and decisions, for accounts that look like the one that is stopped.
    { actions: ["dynamodb:PutItem", "dynamodb:BatchGetItem"], resources: [tables.ledger.arn] },
    {
      actions: ["dynamodb:Query"],
      resources: [$interpolate`${tables.ledger.arn}/index/${DECISIONS_INDEX}`],
    },
    changeEvents(bus),
  ];
}

function adminPermissions(bus: sst.aws.Bus, tables: GateTables): Permission[] {
  return [
    {
      actions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"],
      resources: [tables.config.arn],
    },
    {
      // A key is never deleted: audit entries name it.
      actions: ["dynamodb:DeleteItem"],
      resources: [tables.config.arn],
      conditions: [leadingKey("ForAllValues:StringNotEquals")],
    },
    {
      // Updates note when a key was used, and count a tenant's objects.
      actions: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
      resources: [tables.config.arn],
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
    changeEvents(bus),
  ];
}

/** `AutonomyConfigChanged`, and no other event. */
function changeEvents(bus: sst.aws.Bus): Permission {
  return {
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
  };
}

function leadingKey(test: string) {
  return { test, variable: "dynamodb:LeadingKeys", values: [API_KEY_PARTITION] };
}
