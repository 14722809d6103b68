import { describe, expect, test } from "vitest";
import { type CheckName, violations } from "./proof/proof.ts";
import type { Edit } from "./synthesis/planted.ts";
import { synthesise } from "./synthesis/synthesise.ts";

interface Breakage {
  readonly edit: Edit;
  /** The checks that have to notice. */
  readonly noticedBy: readonly CheckName[];
}

/** Deliberate breakages of what is deployed, each planted alone in the sources of the stacks. */
const BREAKAGES: Readonly<Record<string, Breakage>> = {
  "a queue that lost its dead letter queue": {
    edit: {
      file: "stacks/queues.ts",
      from: "dlq: { queue: deadLetters.arn, retry: topology.maxReceiveCount },",
      to: "",
    },
    noticedBy: ["everyQueueHasDeadLetters", "queuesAreAsDesigned"],
  },
  "a widened action": {
    edit: {
      file: "stacks/consumer.ts",
      from: 'actions: ["dynamodb:BatchGetItem"], resources: [tables.config.arn]',
      to: 'actions: ["dynamodb:*"], resources: [tables.config.arn]',
    },
    noticedBy: ["rolesAllowWhatIsListed", "nothingIsAllowedAtLarge"],
  },
  "a widened resource": {
    edit: {
      file: "stacks/consumer.ts",
      from: 'actions: ["sqs:SendMessage"], resources: [queues.quarantine.arn]',
      to: 'actions: ["sqs:SendMessage"], resources: ["*"]',
    },
    noticedBy: ["rolesAllowWhatIsListed", "nothingIsAllowedAtLarge"],
  },
  "roles that trust the whole account, as SST makes them": {
    edit: {
      file: "stacks/function.ts",
      from: "if (!$dev) role.assumeRolePolicy = LAMBDA_ALONE;",
      to: "",
    },
    noticedBy: ["rolesAllowWhatIsListed"],
  },
  "routes without an authorizer": {
    edit: {
      file: "stacks/admin-api.ts",
      from: "api.route(route, admin.arn, { auth: { lambda: credentials.id } })",
      to: "api.route(route, admin.arn)",
    },
    noticedBy: ["everyRouteIsBehindTheAuthorizer"],
  },
  "a public route too many": {
    edit: {
      file: "stacks/admin-api.ts",
      from: '"GET /health",',
      to: '"GET /health", "GET /audit",',
    },
    noticedBy: ["everyRouteIsBehindTheAuthorizer", "theApiIsThrottled"],
  },
  "a kill switch whose preflight requests are asked for a credential": {
    edit: {
      file: "stacks/admin-api.ts",
      from: '["GET /kill-switch", "PUT /kill-switch"]',
      to: '["ANY /kill-switch"]',
    },
    noticedBy: ["everyRouteIsBehindTheAuthorizer", "theApiIsThrottled"],
  },
  "a kill switch that shares its requests with every other route": {
    edit: {
      file: "stacks/admin-api.ts",
      from: "...Object.fromEntries(KILL_SWITCH_ROUTES.map((route) => [route, REQUEST_LIMITS.killSwitch])),",
      to: "",
    },
    noticedBy: ["theApiIsThrottled"],
  },
  "settings of routes that are not there yet": {
    edit: {
      file: "stacks/admin-api.ts",
      from: "$resolve(routes.map(({ nodes }) => nodes.route.routeKey))",
      to: "$resolve([...PROTECTED_ROUTES, ...KILL_SWITCH_ROUTES, ...PUBLIC_ROUTES])",
    },
    noticedBy: ["theApiIsThrottled"],
  },
  "OUT-20: a kill switch served by the function of every other route": {
    edit: {
      file: "stacks/admin-api.ts",
      from: "api.route(route, killSwitch.arn,",
      to: "api.route(route, admin.arn,",
    },
    noticedBy: ["everyRouteIsBehindTheAuthorizer"],
  },
  "OUT-20: a kill switch behind the authorizer of every other route": {
    edit: {
      file: "stacks/admin-api.ts",
      from: "{ auth: { lambda: stopCredentials.id } }",
      to: "{ auth: { lambda: credentials.id } }",
    },
    noticedBy: ["everyRouteIsBehindTheAuthorizer"],
  },
  "OUT-20: queues with a rule that take requests without TLS": {
    edit: { file: "stacks/delivery.ts", from: 'notOverTls(["sqs:*"], queue.arn),', to: "" },
    noticedBy: ["nothingTravelsInClearText", "queuePoliciesNameTheRule"],
  },
  "OUT-20: a quarantine that takes requests without TLS": {
    edit: {
      file: "stacks/intents-queue.ts",
      from: 'statements: [notOverTls(["sqs:*"], quarantine.arn)],',
      to: "statements: [],",
    },
    noticedBy: ["nothingTravelsInClearText"],
  },
  "OUT-20: a bus that takes events without TLS": {
    edit: { file: "stacks/bus.ts", from: 'notOverTls(["events:PutEvents"], bus.arn),', to: "" },
    noticedBy: ["nothingTravelsInClearText", "theBusRefusesForgeries"],
  },
  "OUT-20: alarms that are published without TLS": {
    edit: { file: "stacks/alarms.ts", from: 'notOverTls(["sns:Publish"], topic.arn),', to: "" },
    noticedBy: ["nothingTravelsInClearText"],
  },
  "executions of the kill switch that a burst of intents can take": {
    edit: {
      file: "stacks/function.ts",
      from: "{ concurrency: { reserved: args.reservedConcurrency } }",
      to: "{}",
    },
    noticedBy: ["functionsAreAsDesigned"],
  },
  "a consumer that may take every execution of the account": {
    edit: {
      file: "stacks/consumer.ts",
      from: "scalingConfig: { maximumConcurrency: settings.consumerConcurrency },",
      to: "",
    },
    noticedBy: ["batchesAreAsDesigned"],
  },
  "a pattern that differs from the topology": {
    edit: {
      file: "stacks/delivery.ts",
      from: "eventPattern: JSON.stringify(pattern),",
      to: 'eventPattern: JSON.stringify({ ...pattern, source: [{ prefix: "cc-native" }] }),',
    },
    noticedBy: ["rulesSelectWhatTheTopologySays"],
  },
  "a queue that shows messages again before the function is done": {
    edit: {
      file: "stacks/queues.ts",
      from: "    visibilityTimeoutSeconds,\n",
      to: "    visibilityTimeoutSeconds: 30,\n",
    },
    noticedBy: ["visibilityOutlastsTheFunction", "queuesAreAsDesigned"],
  },
  "queues too small for an event, as the provider makes them": {
    edit: {
      file: "stacks/queues.ts",
      from: "maxMessageSize: MESSAGE_BYTES_MAX,",
      to: "",
    },
    noticedBy: ["queuesAreAsDesigned"],
  },
  "a variable of the environment that is missing": {
    edit: {
      file: "stacks/consumer.ts",
      from: "AUTONOMY_LEDGER_TABLE_NAME: tables.ledger.name,",
      to: "",
    },
    noticedBy: ["environmentsNameTheStage"],
  },
  "batches without partial answers": {
    edit: {
      file: "stacks/consumer.ts",
      from: 'functionResponseTypes: ["ReportBatchItemFailures"],',
      to: "",
    },
    noticedBy: ["batchesAreAsDesigned"],
  },
  "a queue open to every rule": {
    edit: {
      file: "stacks/delivery.ts",
      from: 'conditions: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [rule.arn] }],',
      to: "",
    },
    noticedBy: ["queuePoliciesNameTheRule"],
  },
  "an alarm on a queue that does not exist": {
    edit: {
      file: "stacks/alarms.ts",
      from: "dimensions: { QueueName: queue.nodes.queue.name }",
      to: 'dimensions: { QueueName: "AutonomyIntents" }',
    },
    noticedBy: ["alarmsAreAsDesigned"],
  },
  "an alarm on another metric than the one meant": {
    edit: {
      file: "stacks/alarms.ts",
      from: '"InvocationsFailedToBeSentToDlq"',
      to: '"DeadLetterInvocations"',
    },
    noticedBy: ["alarmsAreAsDesigned"],
  },
  "an alarm on a rule that leaves out its bus": {
    edit: {
      file: "stacks/alarms.ts",
      from: ": { RuleName, EventBusName },",
      to: ": { RuleName },",
    },
    noticedBy: ["alarmsAreAsDesigned"],
  },
  "people who go with their stage": {
    edit: { file: "stacks/identity.ts", from: "opts.retainOnDelete = production;", to: "" },
    noticedBy: ["whatCannotBeMadeAgainIsKept"],
  },
  "logs that go with their stage": {
    edit: { file: "stacks/function.ts", from: "{ retainOnDelete: args.production },", to: "" },
    noticedBy: ["whatCannotBeMadeAgainIsKept"],
  },
  "users who may change their tenant": {
    edit: {
      file: "stacks/identity.ts",
      from: 'const WRITABLE_ATTRIBUTES = ["email", "name"];',
      to: 'const WRITABLE_ATTRIBUTES = ["email", "name", "custom:tenant_id"];',
    },
    noticedBy: ["usersCannotChooseTheirTenant"],
  },
};

describe.concurrent("the proof notices", () => {
  test.each(Object.entries(BREAKAGES))("%s", async (_, { edit, noticedBy }) => {
    const { synthesis } = await synthesise({ stage: "production", edits: [edit] });
    expect([...violations(synthesis).keys()].sort()).toEqual([...noticedBy].sort());
  });
});

test("a breakage that cannot be planted is an error, not a pass", async () => {
  const edit = { file: "stacks/consumer.ts", from: "no such text", to: "" };
  await expect(synthesise({ stage: "ada", edits: [edit] })).rejects.toThrow("is 0 times in");
});
