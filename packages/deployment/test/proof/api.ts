import { REQUEST_LIMITS, type RequestLimit } from "@autonomy-gate/core/topology";
import * as z from "zod";
import { arnOf, named, ofType, text } from "../synthesis/find.ts";
import type { Synthesis, SynthesisedResource } from "../synthesis/synthesis.ts";
import { type Check, differences } from "./check.ts";

/** The contract's routes without a credential. */
const PUBLIC = ["GET /docs", "GET /health", "GET /openapi.json", "OPTIONS /{proxy+}"];

/** The kill switch by its methods: `ANY` would take its preflight requests, and refuse them. */
const KILL_SWITCH = ["GET /kill-switch", "PUT /kill-switch"];

const AUTHORIZER = "AutonomyAdminApiAuthorizerCredentialsAuthorizer";
const STOP_AUTHORIZER = "AutonomyAdminApiAuthorizerStopCredentialsAuthorizer";

const GUARDED = ["ANY /{proxy+}", ...KILL_SWITCH];

/**
 * Every route but those asks an authorizer. The kill switch has an authorizer and a function of its
 * own, whose executions no other route can take.
 */
export const everyRouteIsBehindTheAuthorizer: Check = (synthesis) => {
  const routes = ofType(synthesis, "apigatewayv2/route:Route");
  const authorizerOf = (routeKey: string) =>
    text(named(synthesis, KILL_SWITCH.includes(routeKey) ? STOP_AUTHORIZER : AUTHORIZER), "name");
  const functionOf = (routeKey: string) =>
    arnOf(
      synthesis,
      KILL_SWITCH.includes(routeKey) ? "AutonomyKillSwitchFunction" : "AutonomyAdminFunction",
    );
  const open = routes.filter(({ inputs }) => inputs.authorizationType === "NONE");
  const guarded = routes.filter((route) => !open.includes(route));
  return [
    ...differences("The public routes", open.map(({ inputs }) => inputs.routeKey).sort(), PUBLIC),
    ...differences(
      "The routes behind an authorizer",
      guarded
        .map(({ inputs: { routeKey, authorizationType, authorizerId } }) => ({
          routeKey: z.string().parse(routeKey),
          authorizationType,
          authorizerId,
        }))
        .sort((a, b) => (a.routeKey < b.routeKey ? -1 : 1)),
      GUARDED.map((routeKey) => ({
        routeKey,
        authorizationType: "CUSTOM",
        authorizerId: authorizerOf(routeKey),
      })),
    ),
    ...routes.flatMap((route) =>
      differences(
        `The function of ${route.name}`,
        integrationOf(synthesis, route),
        functionOf(z.string().parse(route.inputs.routeKey)),
      ),
    ),
  ];
};

/** A route's target is `integrations/<id>`. */
function integrationOf(synthesis: Synthesis, { inputs }: SynthesisedResource): unknown {
  const integrations = ofType(synthesis, "apigatewayv2/integration:Integration");
  const target = z
    .string()
    .parse(inputs.target)
    .replace(/^integrations\//, "");
  return integrations.find((one) => text(one, "name") === target)?.inputs.integrationUri;
}

/** They are asked about every call, whichever of the two headers carries the credential. */
export const theAuthorizerDecidesEveryCall: Check = (synthesis) =>
  [
    { authorizer: AUTHORIZER, asked: "AutonomyAuthorizerFunction" },
    { authorizer: STOP_AUTHORIZER, asked: "AutonomyKillSwitchAuthorizerFunction" },
  ].flatMap(({ authorizer, asked }) => {
    const { authorizerUri, apiId, name, ...inputs } = named(synthesis, authorizer).inputs;
    const asks = z.string().parse(authorizerUri);
    return [
      ...differences(authorizer, inputs, {
        authorizerType: "REQUEST",
        authorizerPayloadFormatVersion: "2.0",
        authorizerResultTtlInSeconds: 0,
        enableSimpleResponses: true,
        identitySources: [],
      }),
      ...(asks.includes(`${arnOf(synthesis, asked)}/`) ? [] : [`${authorizer} asks ${asks}`]),
    ];
  });

const RouteSettings = z.array(z.looseObject({ routeKey: z.string() }));

/**
 * The kill switch and each public route have requests of their own, so that a flood elsewhere does
 * not answer 429 for them; and the settings wait for their routes, without which AWS refuses them.
 */
export const theApiIsThrottled: Check = (synthesis) => {
  const stage = named(synthesis, "AutonomyAdminApiStage");
  const settings = RouteSettings.parse(stage.inputs.routeSettings);
  const limited = (limit: RequestLimit) => ({
    throttlingRateLimit: limit.perSecondMax,
    throttlingBurstLimit: limit.burstMax,
    detailedMetricsEnabled: synthesis.app.removal === "retain",
  });
  const routes = ofType(synthesis, "apigatewayv2/route:Route");
  return [
    ...differences(
      "The throttling",
      stage.inputs.defaultRouteSettings,
      limited(REQUEST_LIMITS.other),
    ),
    ...differences(
      "The throttling by route",
      settings.toSorted((a, b) => (a.routeKey < b.routeKey ? -1 : 1)),
      [
        ...PUBLIC.map((routeKey) => ({ routeKey, ...limited(REQUEST_LIMITS.open) })),
        ...KILL_SWITCH.map((routeKey) => ({ routeKey, ...limited(REQUEST_LIMITS.killSwitch) })),
      ].sort((a, b) => (a.routeKey < b.routeKey ? -1 : 1)),
    ),
    ...routes
      .filter(
        ({ name }) =>
          synthesis.resources.findIndex((one) => one.name === name) >
          synthesis.resources.indexOf(stage),
      )
      .map(({ name }) => `The stage does not wait for ${name}`),
  ];
};

const Attribute = z.looseObject({ name: z.string(), mutable: z.boolean().optional() });

/** A group for each role; nobody makes an account for themselves, or chooses their own tenant or accounts. */
export const usersCannotChooseTheirTenant: Check = (synthesis) => {
  const pool = named(synthesis, "AutonomyUsersUserPool").inputs;
  const client = named(synthesis, "AutonomyAdminClientClient").inputs;
  const tenant = z.array(Attribute).parse(pool.schemas);
  const groups = ofType(synthesis, "cognito/userGroup:UserGroup");
  return [
    ...differences("The groups", groups.map(({ inputs }) => inputs.name).sort(), [
      "autonomy-admin",
      "autonomy-approver",
      "autonomy-executor",
      "autonomy-operator",
      "autonomy-viewer",
    ]),
    ...differences(
      "The attributes of a user",
      tenant.map(({ name, mutable }) => ({ name, mutable })),
      [
        { name: "tenant_id", mutable: false },
        { name: "account_ids", mutable: true },
      ],
    ),
    ...differences("What users may change", client.writeAttributes, ["email", "name"]),
    ...differences("The scopes of a token", client.allowedOauthScopes, []),
    ...differences("Who makes accounts", pool.adminCreateUserConfig, {
      allowAdminCreateUserOnly: true,
    }),
    ...differences(
      "The protection of the pool",
      pool.deletionProtection,
      synthesis.app.removal === "retain" ? "ACTIVE" : "INACTIVE",
    ),
  ];
};
