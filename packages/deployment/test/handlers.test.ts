import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createApiKey } from "@autonomy-gate/admin/keys/api-keys";
import { dynamoTable } from "@autonomy-gate/core/adapters";
import { tableNames } from "@autonomy-gate/local/clients";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Deployed, type DeployedFunction, openDeployment } from "./lambda/deployed.ts";
import {
  authorizerEvent,
  type HttpRequest,
  httpEvent,
  intentMessage,
  sqsRecord,
} from "./lambda/events.ts";
import { answerInFreshProcess } from "./lambda/fresh-process.ts";
import { entries } from "./lambda/unzip.ts";
import { roleStatements } from "./proof/permissions.ts";
import { named } from "./synthesis/find.ts";
import { ROOT } from "./synthesis/platform.ts";
import { type Stage, synthesise } from "./synthesis/synthesise.ts";

/** The archives of a production deployment, unpacked and run by their roles on the local stack. */
let stage: Stage;
let deployed: Deployed;
let consumer: DeployedFunction;
let admin: DeployedFunction;
let authorizer: DeployedFunction;
let killSwitch: DeployedFunction;
let killSwitchAuthorizer: DeployedFunction;
let apiKey: string;

beforeAll(async () => {
  stage = await synthesise({ stage: "production", bundleAnew: true });
  deployed = await openDeployment(stage);
  [consumer, admin, authorizer, killSwitch, killSwitchAuthorizer] = await Promise.all([
    deployed.deploy("AutonomyConsumer"),
    deployed.deploy("AutonomyAdmin"),
    deployed.deploy("AutonomyAuthorizer"),
    deployed.deploy("AutonomyKillSwitch"),
    deployed.deploy("AutonomyKillSwitchAuthorizer"),
  ]);
  const key = await newKey();
  apiKey = key.api_key;
});

afterAll(async () => deployed?.close());

function newKey() {
  const { clients, stack } = deployed;
  return createApiKey(dynamoTable(clients.dynamodb, tableNames(stack)), {
    tenant_id: "*",
    roles: ["admin"],
  });
}

const ACCOUNT = { tenant_id: "acme", account_id: "acct_42" };
const NOTE = {
  ...ACCOUNT,
  action_type: "CREATE_INTERNAL_NOTE",
  confidence_score: 0.91,
  risk_level: "LOW",
};

test("each archive holds the bundle that was made, and nothing else", async () => {
  for (const [name, folder] of [
    ["AutonomyConsumer", "consumer"],
    ["AutonomyAdmin", "admin"],
    ["AutonomyAuthorizer", "authorizer"],
    ["AutonomyKillSwitch", "admin"],
    ["AutonomyKillSwitchAuthorizer", "authorizer"],
  ]) {
    const files = entries(stage.uploads.get(String(name)) ?? Buffer.of());
    expect(files.size).toBeGreaterThan(0);
    for (const [path, contents] of files) {
      const bundled = await readFile(join(ROOT, ".build", String(folder), path));
      expect(contents.equals(bundled), path).toBe(true);
    }
  }
});

describe("from an empty stage to a first decision", () => {
  test("the admin API configures an account, and answers as its contract says", async () => {
    const { answers, output } = await call(
      { method: "GET", path: "/health", apiKey: "" },
      { method: "GET", path: "/config", query: "tenant_id=acme", apiKey: "" },
      { method: "PUT", path: "/config", body: { ...ACCOUNT, mode: "AUTO_EXECUTE" } },
      { method: "PUT", path: "/budget", body: { ...ACCOUNT, max_autonomous_per_day: 5 } },
      { method: "GET", path: "/docs", apiKey: "" },
    );
    expect(statuses(answers)).toEqual([200, 401, 200, 200, 200]);
    expect(answers[1]).toMatchObject({ body: expect.stringContaining("UNAUTHENTICATED") });
    expect(answers[4]).toMatchObject({ body: expect.stringContaining("SwaggerUIBundle") });
    expect(output).not.toContain(apiKey);
  });

  test("the consumer decides a batch, and each outcome arrives at the subscriber", async () => {
    const { answers, output } = await answerInFreshProcess(consumer, [
      { Records: [intentMessage({ ...NOTE, action_intent_id: "ai_first" })] },
      {
        Records: [
          intentMessage({ ...NOTE, action_intent_id: "ai_second" }),
          intentMessage({ ...NOTE, action_intent_id: "ai_unsure", confidence_score: 0.1 }),
          intentMessage({ ...NOTE, action_intent_id: "ai_first" }, 2),
          sqsRecord("not JSON"),
        ],
      },
    ]);
    expect(answers).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
    expect(await outcomes(4)).toEqual([
      "ActionApprovalRequired ai_unsure",
      "ActionAutoApproved ai_first",
      "ActionAutoApproved ai_first",
      "ActionAutoApproved ai_second",
    ]);
    const { dashboardBody } = named(stage.synthesis, "AutonomyDashboard").inputs;
    for (const metric of ["Decisions", "DecisionLatency"]) {
      expect(dashboardBody).toContain(`${emitted(output, metric)} MetricName=${metric}`);
    }
  });

  test("the admin API shows the decision, its budget and the audit trail", async () => {
    const of = "tenant_id=acme&account_id=acct_42";
    const { answers } = await call(
      { method: "GET", path: "/decisions/ai_first", query: of },
      { method: "GET", path: "/decisions", query: of },
      { method: "GET", path: "/budget", query: of },
      { method: "GET", path: "/budget/state", query: of },
      { method: "GET", path: "/config", query: of },
      { method: "GET", path: "/audit", query: "tenant_id=acme" },
      {
        method: "POST",
        path: "/simulate",
        body: { intent: { ...NOTE, action_intent_id: "ai_x" } },
      },
      { method: "DELETE", path: "/config", query: of },
    );
    expect(statuses(answers)).toEqual([200, 200, 200, 200, 200, 200, 200, 204]);
    expect(answers[0]).toMatchObject({ body: expect.stringContaining('"AUTO_EXECUTE"') });
    expect(answers[2]).toMatchObject({ body: expect.stringContaining('"remaining_today":3') });
  });

  test("OUT-20: the kill switch works by its own function and role, for an account and for everyone", async () => {
    const { api_key: apiKey } = await newKey();
    const stop = { engaged: true, effect: "BLOCK", reason: "drill" };
    const request = { method: "PUT", path: "/kill-switch", apiKey };
    const { answers } = await answerInFreshProcess(killSwitch, [
      httpEvent({ ...request, body: { ...ACCOUNT, ...stop } }),
      httpEvent({ ...request, body: stop }),
      httpEvent({ ...request, method: "GET", query: "tenant_id=acme&account_id=acct_42" }),
      httpEvent({ ...request, apiKey: "agk_none", body: stop }),
      // Invoked directly, as docs/deploy.md says for when the gateway is flooded.
      {
        routeKey: "PUT /kill-switch",
        rawPath: "/kill-switch",
        headers: { "x-api-key": apiKey, "content-type": "application/json" },
        body: JSON.stringify({ ...stop, engaged: false }),
      },
    ]);
    expect(statuses(answers)).toEqual([200, 200, 200, 401, 200]);
    expect(Object(answers[2]).body).toContain('"scope":"GLOBAL"');
  });

  test.each([
    ["AutonomyAuthorizer", () => authorizer],
    ["AutonomyKillSwitchAuthorizer", () => killSwitchAuthorizer],
  ])("%s lets usable credentials through, and no others", async (_, fn) => {
    const { answers } = await answerInFreshProcess(fn(), [
      authorizerEvent({ "x-api-key": apiKey }),
      authorizerEvent({}),
      authorizerEvent({ "x-api-key": `${apiKey.slice(0, -1)}${apiKey.endsWith("A") ? "B" : "A"}` }),
      authorizerEvent({ authorization: "Bearer not.a.token" }),
      authorizerEvent({ "x-api-key": apiKey, authorization: "Bearer not.a.token" }),
    ]);
    expect(answers).toEqual(
      [true, false, false, false, false].map((isAuthorized) => ({ isAuthorized })),
    );
  });

  test("every permission of the roles was needed for it, and none was missing", () => {
    for (const [name, fn] of [
      ["AutonomyConsumer", consumer],
      ["AutonomyAdmin", admin],
      ["AutonomyAuthorizer", authorizer],
      ["AutonomyKillSwitch", killSwitch],
      ["AutonomyKillSwitchAuthorizer", killSwitchAuthorizer],
    ] as const) {
      expect(
        fn.proxies.flatMap((proxy) => [...proxy.refused]),
        name,
      ).toEqual([]);
      const used = fn.proxies.flatMap((proxy) => [...proxy.used]).sort();
      expect(used, name).toEqual(permissionsOf(name));
    }
  });
});

test("a function without a variable of its environment does not start, and names it", async () => {
  const { AUTONOMY_LEDGER_TABLE_NAME: _, ...environment } = consumer.environment;
  await expect(answerInFreshProcess({ ...consumer, environment }, [])).rejects.toThrow(
    "AUTONOMY_LEDGER_TABLE_NAME",
  );
});

/** Polling the queue is Lambda's own work under the consumer's role, and logging is the runtime's. */
const NOT_CALLED_BY_CODE = /^(logs:|sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes))/;

function permissionsOf(name: string): string[] {
  const all = roleStatements(stage.synthesis, name).flatMap(({ Action, Resource = [] }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
  );
  return all.filter((permission) => !NOT_CALLED_BY_CODE.test(permission)).sort();
}

async function call(...requests: HttpRequest[]) {
  const events = requests.map((request) => {
    const { apiKey: own = apiKey, ...rest } = request;
    return httpEvent(own === "" ? rest : { ...rest, apiKey: own });
  });
  return answerInFreshProcess(admin, events);
}

function statuses(answers: readonly unknown[]): unknown[] {
  return answers.map((answer) => Object(answer).statusCode);
}

const EmbeddedMetrics = z.object({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

/** Namespace and dimensions of a metric in what a function printed, as CloudWatch searches for them. */
function emitted(output: string, metric: string): string | undefined {
  const metrics = output.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    return EmbeddedMetrics.safeParse(JSON.parse(line)).data?._aws.CloudWatchMetrics ?? [];
  });
  const found = metrics.find(({ Metrics }) => Metrics.some(({ Name }) => Name === metric));
  return found && `{${[found.Namespace, ...(found.Dimensions[0] ?? [])].join(",")}}`;
}

/** Waits for a number of outcomes; detail-type and intent of each, sorted. */
async function outcomes(count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { Messages = [] } = await deployed.clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: deployed.stack.sqs.queues.outcomes,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 5,
      }),
    );
    if (Messages.length === 0) break;
    for (const { Body = "" } of Messages) {
      const event = JSON.parse(Body);
      seen.push(`${event["detail-type"]} ${event.detail.data.action_intent_id}`);
    }
  }
  return seen.sort();
}
