import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { createDynamoClient, dynamoTable } from "@autonomy-gate/core/adapters";
import { TenantId } from "@autonomy-gate/core/ids";
import { startDynamoDb } from "@autonomy-gate/local/dynamodb/server";
import { createTables } from "@autonomy-gate/local/dynamodb/tables";
import { startEvents } from "@autonomy-gate/local/events/server";
import { startSqs } from "@autonomy-gate/local/sqs";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createApiKey } from "../src/keys/api-keys.ts";
import { ROUTES } from "../src/routes/routes.ts";
import { type AdminServer, serveAdmin } from "../src/serve.ts";
import { AWS, received, requestInit, type Sent, TABLES } from "./open-admin.ts";
import { operationAt, plainRequest, SERVED, urlOf } from "./requests.ts";

const CANARY = "canary-7f3a";

describe("over HTTP, on the local stack", () => {
  const closing: (() => unknown)[] = [];
  let server: AdminServer;
  let key: string;
  let queueUrl: string;
  let sqs: SQSClient;
  const written: string[] = [];

  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation((chunk) => {
        written.push(String(chunk));
        return true;
      });
    }
    const database = await startDynamoDb();
    const queues = await startSqs();
    const events = await startEvents({ sqs: { ...AWS, endpoint: queues.endpoint } });
    const client = createDynamoClient({ ...AWS, endpoint: database.endpoint });
    const bus = new EventBridgeClient({ ...AWS, endpoint: events.endpoint });
    sqs = new SQSClient({ ...AWS, endpoint: queues.endpoint });
    await createTables(client, TABLES);
    queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: "changes" }))).QueueUrl ?? "";
    await bus.send(new CreateEventBusCommand({ Name: "autonomy-local" }));
    const EventPattern = JSON.stringify({ source: ["autonomy.admin"] });
    await bus.send(
      new PutRuleCommand({ Name: "changes", EventBusName: "autonomy-local", EventPattern }),
    );
    const Targets = [{ Id: "t", Arn: "arn:aws:sqs:us-east-1:000000000000:changes" }];
    await bus.send(
      new PutTargetsCommand({ Rule: "changes", EventBusName: "autonomy-local", Targets }),
    );
    const tenant_id = TenantId.parse("acme");
    key = (await createApiKey(dynamoTable(client, TABLES), { tenant_id, roles: ["admin"] }))
      .api_key;
    server = await serveAdmin({
      ...AWS,
      dynamodb: { endpoint: database.endpoint, tables: TABLES },
      events: { endpoint: events.endpoint, bus: "autonomy-local" },
      corsOrigins: ["https://ui.example.com"],
    });
    closing.push(
      () => client.destroy(),
      () => bus.destroy(),
      () => sqs.destroy(),
      () => events.close(),
      () => queues.close(),
      () => database.close(),
    );
  });
  afterAll(async () => {
    await server.close();
    for (const close of closing) await close();
    vi.restoreAllMocks();
  });

  const send = async (method: string, path: string, sent: Sent = {}) =>
    received(await fetch(server.url + path, requestInit(method, sent)));

  it("listens on this machine alone", () => {
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  for (const route of ROUTES) {
    it(`${route.method.toUpperCase()} ${route.path} answers`, async () => {
      const operation = operationAt(route.method, route.path);
      const plain = plainRequest(operation);
      const ids: Record<string, string> = { tenant_id: "acme", account_id: "a1" };
      const taken = operation.operation.parameters.filter(({ name }) => name in ids);
      const query = {
        ...plain.query,
        ...Object.fromEntries(taken.map(({ name }) => [name, ids[name] ?? ""])),
      };
      const intent = { ...ids, action_intent_id: "i1" };
      const body = route.path === "/simulate" ? { intent } : plain.body;
      const path = urlOf({ path: plain.path, query });
      const reply = await send(plain.method, path, {
        key,
        ...(body === undefined ? {} : { body }),
      });
      expect(SERVED, reply.text).toContain(reply.status);
      expect(reply.headers.get("x-request-id")).toBeTruthy();
      expect(reply.headers.get("cache-control")).toBe("no-store");
      expect((await send(plain.method, path)).status).toBe(401);
    });
  }

  it("serves what everybody may read, and OPTIONS", async () => {
    for (const path of ["/health", "/openapi.json", "/docs"]) {
      expect((await send("GET", path)).status).toBe(200);
    }
    const headers = { origin: "https://ui.example.com" };
    const options = await send("OPTIONS", "/config", { headers });
    expect(options.status).toBe(204);
    expect(options.headers.get("access-control-allow-origin")).toBe("https://ui.example.com");
    expect((await send("HEAD", "/health")).status).toBe(200);
  });

  it("emits AutonomyConfigChanged with before and after, through EventBridge to a subscriber", async () => {
    const put = (mode: string) =>
      send("PUT", "/config", { key, body: { account_id: "events", mode } });
    await put("DISABLED");
    await put("AUTO_EXECUTE");
    const details: unknown[] = [];
    while (!details.some((detail) => JSON.stringify(detail).includes('"AUTO_EXECUTE"'))) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 5,
        }),
      );
      expect(Messages.length).toBeGreaterThan(0);
      details.push(...Messages.map(({ Body = "" }) => JSON.parse(Body)));
    }
    expect(details.at(-1)).toMatchObject({
      source: "autonomy.admin",
      "detail-type": "AutonomyConfigChanged",
      detail: {
        metadata: { schema_version: "1", event_id: expect.any(String) },
        data: {
          tenant_id: "acme",
          account_id: "events",
          action: "PUT /config",
          before: { mode: "DISABLED" },
          after: { mode: "AUTO_EXECUTE" },
        },
      },
    });
  });

  it("writes JSON lines without keys, parameters, bodies or forged lines", async () => {
    const forged = `${CANARY}\r\n{"level":"FORGED"}`;
    const intent = {
      tenant_id: "acme",
      account_id: "a1",
      action_intent_id: "i1",
      action_type: "X_TYPE",
      parameters: { text: forged },
    };
    await send("POST", "/simulate", { key, body: { intent } });
    await send("PUT", "/kill-switch", {
      key,
      body: { account_id: "a1", engaged: true, effect: "BLOCK", reason: forged },
    });
    await send("PUT", "/config", { key, body: `{"mode":"${CANARY}` });
    await send("GET", `/${CANARY}%0d%0aFORGED?q=${CANARY}`, { key });
    await send("GET", "/config", { key: `agk_${"0".repeat(16)}_${CANARY}${"x".repeat(32)}` });
    await send("GET", "/config", {
      headers: { authorization: `Bearer ${CANARY}`, "x-tenant-id": CANARY, "user-agent": CANARY },
    });
    const text = written.join("");
    const lines = text.split("\n").filter((line) => line.includes("request answered"));
    expect(lines.length).toBeGreaterThan(2 * ROUTES.length);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({
        message: "request answered",
        route: expect.any(String),
      });
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain("FORGED");
    expect(text).not.toContain(key.slice(21));
  });

  it("does not look at the body of a GET", async () => {
    const body = JSON.stringify({ tenant_id: "other" });
    const headers = { "x-api-key": key, "content-length": body.length };
    const get = request(`${server.url}/config?tenant_id=acme`, { headers });
    get.end(body);
    const [response] = await once(get, "response");
    expect(response.statusCode).toBe(200);
    expect(Object.keys(JSON.parse(await text(response)))).toContain("configs");
  });

  it("refuses a chunked body that grows too large, while it grows", async () => {
    const chunks = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode("x".repeat(65_536)));
      },
    });
    const headers = { "x-api-key": key, "content-type": "application/json" };
    const init = { method: "PUT", headers, body: chunks, duplex: "half" as const };
    const status = await fetch(`${server.url}/config`, init).then(
      (reply) => reply.status,
      () => "broken off",
    );
    expect([413, "broken off"]).toContain(status);
    expect((await send("GET", "/health")).status).toBe(200);
  });
});
