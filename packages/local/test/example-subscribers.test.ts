import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { parseOutcome, publishActionIntents } from "@autonomy-gate/core/sdk";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runApprovalUi } from "../../../examples/approval-ui/run-on-stack.ts";
import { runPhase4 } from "../../../examples/phase-4/run-on-stack.ts";
import { handleMessage } from "../../../examples/phase-4/subscriber.ts";
import { connect, type StackClients } from "../src/clients.ts";
import { startConsumer } from "../src/consumer.ts";
import { startStack } from "../src/stack.ts";

const EXAMPLES = ["phase-4", "approval-ui"];
const PORTS = { dynamodb: 0, sqs: 0, events: 0, admin: 0 };

let stack: Awaited<ReturnType<typeof startStack>>;
let consumer: ReturnType<typeof startConsumer>;
let clients: StackClients;

beforeAll(async () => {
  process.env.POWERTOOLS_LOG_LEVEL = "CRITICAL";
  process.env.POWERTOOLS_METRICS_DISABLED = "true";
  stack = await startStack({ ports: PORTS });
  consumer = startConsumer(stack.description, { clockOffsetSeconds: 0 }, () => {});
  clients = connect(stack.description);
  const configuration = await readFile(
    join(import.meta.dirname, "../../../examples/configuration.json"),
    "utf8",
  );
  const TableName = stack.description.dynamodb.tables.config;
  for (const Item of JSON.parse(configuration)) {
    await clients.documents.send(new PutCommand({ TableName, Item }));
  }
});

afterAll(async () => {
  await consumer.stop();
  clients.destroy();
  await stack.close();
});

test("Phase 4 executes what may run by itself, once, and nothing else", async () => {
  const executed: string[] = [];
  const stop = new AbortController();
  const { promise: last, resolve: lastExecuted } = Promise.withResolvers<void>();
  const { promise: subscribed, resolve: ready } = Promise.withResolvers<void>();
  const running = runPhase4(
    stack.description,
    async ({ detail }) => {
      executed.push(detail.data.action_intent_id);
      if (detail.data.action_intent_id === "last") lastExecuted();
    },
    stop.signal,
    ready,
  );
  await subscribed;

  await publish(intent("one"), intent("one"), intent("unsure", { confidence_score: 0.1 }));
  await publish(intent("one"), intent("last"));
  await last;
  stop.abort();
  await running;

  expect(executed.toSorted()).toEqual(["last", "one"]);
});

test("Phase 4 does not execute what expired on its way", async () => {
  const expires_at = "2099-01-01T00:00:00.000Z";
  await publish(intent("on-its-way", { expires_at }));
  const body = await outcomeOf("on-its-way");
  const executed: string[] = [];
  const table = "executed";
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "event_id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "event_id", AttributeType: "S" }],
    }),
  );
  const handleAt = (nowSeconds: number) =>
    handleMessage(body, {
      documents: clients.documents,
      execute: async (_, key) => void executed.push(key),
      once: { table, leaseSeconds: 30, nowSeconds: () => nowSeconds },
    });
  const expiresAtSeconds = Date.parse(expires_at) / 1_000;

  expect(await handleAt(expiresAtSeconds)).toBe("expired");
  expect(executed).toEqual([]);
  expect(await handleAt(expiresAtSeconds - 0.001)).toBe("done");
  expect(executed).toHaveLength(1);
});

test("the approval UI shows what waits for a person, and lets one person decide", async () => {
  const stop = new AbortController();
  const { promise: url, resolve: ready } = Promise.withResolvers<string>();
  const viewer = { tenantId: "acme", name: "ada" };
  const running = runApprovalUi(stack.description, viewer, stop.signal, ready);
  const address = await url;

  await publish(
    intent("held", { confidence_score: 0.699, parameters: { text: "<script>alert(1)</script>" } }),
    intent("runs"),
  );
  const page = await pageWith(address, "held");

  expect(page).toContain("Confidence 0.699 is below the 0.7");
  expect(page).not.toContain("<script>");
  expect(page).not.toContain("runs");
  const [, decisionId = ""] = /name="decision_id" value="(dec_[a-z2-7]+)"/.exec(page) ?? [];
  const clicks = await Promise.all([decide(address, decisionId), decide(address, decisionId)]);
  expect(clicks.sort()).toEqual([303, 409]);
  expect(await (await fetch(address)).text()).toContain("Nothing.");

  stop.abort();
  await running;
});

describe("without a running stack", () => {
  test.each(EXAMPLES)("%s says in one line how to start one", async (example) => {
    const { code, stderr } = await run(example, join(tmpdir(), "no-such-stack.json"));
    expect(stderr).toMatch(/^No stack is running: .* Start one with: pnpm stack\n$/);
    expect(code).toBe(1);
  });

  test.each(EXAMPLES)("%s says so, too, when a killed one left its file", async (example) => {
    const folder = await mkdtemp(join(tmpdir(), "autonomy-"));
    const stackFile = join(folder, "stack.json");
    const nobody = "http://127.0.0.1:9";
    const { dynamodb, sqs, events, ...rest } = stack.description;
    const left = {
      ...rest,
      dynamodb: { ...dynamodb, endpoint: nobody },
      sqs: { ...sqs, endpoint: nobody },
      events: { ...events, endpoint: nobody },
    };
    await writeFile(stackFile, JSON.stringify(left));
    const { code, stderr } = await run(example, stackFile);
    expect(stderr).toMatch(/^The stack that .* describes has ended. Start one with: pnpm stack\n$/);
    expect(code).toBe(1);
    await rm(folder, { recursive: true });
  });
});

/** An example as a process, to its end. */
async function run(example: string, stackFile: string) {
  const program = join(import.meta.dirname, "../../../examples", example, "main.ts");
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, AUTONOMY_STACK_FILE: stackFile },
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, stderr };
}

/** The message that brings an intent's outcome. */
async function outcomeOf(intentId: string): Promise<string> {
  const QueueUrl = stack.description.sqs.queues.outcomes;
  for (;;) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = "" } of Messages) {
      if (parseOutcome(Body).detail.data.action_intent_id === intentId) return Body;
    }
  }
}

/** The page once it shows an intent: outcomes arrive when they arrive. */
async function pageWith(url: string, intentId: string): Promise<string> {
  const deadlineMs = performance.now() + 20_000;
  for (;;) {
    const page = await (await fetch(url)).text();
    if (page.includes(`&#34;${intentId}&#34;`)) return page;
    if (performance.now() > deadlineMs) expect.unreachable(`${intentId} never came:\n${page}`);
  }
}

async function decide(url: string, decision_id: string): Promise<number> {
  const body = new URLSearchParams({ decision_id, status: "APPROVED" });
  const answer = await fetch(`${url}decide`, { method: "POST", body, redirect: "manual" });
  return answer.status;
}

async function publish(...intents: Parameters<typeof publishActionIntents>[1][number][]) {
  const busName = stack.description.events.bus;
  const { rejected } = await publishActionIntents(clients.events, intents, { busName });
  expect(rejected).toEqual([]);
}

function intent(action_intent_id: string, more: object = {}) {
  return {
    data: {
      action_intent_id,
      tenant_id: "acme",
      account_id: "acct_42",
      action_type: "CREATE_INTERNAL_NOTE",
      confidence_score: 0.9,
      ...more,
    },
  };
}
