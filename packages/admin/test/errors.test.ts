import { TransientError } from "@autonomy-gate/core/values";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AdminRoute } from "../src/http/route.ts";
import type { AdminPorts } from "../src/ports.ts";
import { ROUTES } from "../src/routes/routes.ts";
import { openAdmin, type TestAdmin } from "./open-admin.ts";
import { type MadeRequest, operationAt, plainRequest, urlOf } from "./requests.ts";

const CANARY = "canary-table-name at secret.ts:42";

/** Every service fails, as an unforeseen fault would. */
function failing(fault: () => Error) {
  const fail = async () => {
    throw fault();
  };
  return (): Partial<AdminPorts> => ({
    config: { read: fail, write: fail, settle: fail },
    listing: { page: fail },
    gate: { readFacts: fail },
    budgetStates: { current: fail, closed: fail },
    setBackDay: fail,
    decisions: { find: fail, page: fail },
    audit: { page: fail },
    keys: { page: fail },
  });
}

/** Of tenant acme and its account a1, where the route takes them. */
function forTenant(route: AdminRoute): MadeRequest {
  const operation = operationAt(route.method, route.path);
  const plain = plainRequest(operation);
  const ids: Record<string, string> = { tenant_id: "acme", account_id: "a1" };
  const taken = operation.operation.parameters.filter(({ name }) => name in ids);
  const named = Object.fromEntries(taken.map(({ name }) => [name, ids[name] ?? ""]));
  const intent = { ...ids, action_intent_id: "i1" };
  return {
    ...plain,
    query: { ...plain.query, ...named },
    ...(route.path === "/simulate" ? { body: { intent } } : {}),
  };
}

describe("a service that fails", () => {
  for (const route of ROUTES) {
    const name = `${route.method.toUpperCase()} ${route.path}`;
    const request = forTenant(route);

    it(`API-8 ${name} answers 500 and says nothing of what happened`, async () => {
      const admin = await openAdmin(failing(() => new Error(CANARY)));
      const key = await admin.newKey("*", "admin");
      const reply = await admin.send(request.method, urlOf(request), {
        key,
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      await admin.close();
      expect(reply.status).toBe(500);
      expect(reply.text).toBe('{"error":"Internal server error"}');
      expect([...reply.headers].join()).not.toContain("canary");
      expect(admin.failures).toHaveLength(1);
    });
  }

  it("answers 429 when DynamoDB asks for fewer requests, and 409 when changes collide", async () => {
    const cases = [
      [new TransientError("THROTTLED", CANARY), 429, "TOO_MANY_REQUESTS"],
      [
        new TransientError("DEADLINE", CANARY, { cause: new TransientError("CONFLICT", CANARY) }),
        409,
        "CONFLICT",
      ],
      [new TransientError("UNAVAILABLE", CANARY), 500, undefined],
    ] as const;
    for (const [fault, status, code] of cases) {
      const admin = await openAdmin(failing(() => fault));
      const key = await admin.newKey("acme", "viewer");
      const reply = await admin.send("GET", "/budget?account_id=a1", { key });
      await admin.close();
      expect(reply.status).toBe(status);
      expect(reply.json.code).toBe(code);
      expect(reply.text).not.toContain("canary");
    }
  });

  it("answers 500 when the key store fails", async () => {
    const admin = await openAdmin(() => ({
      authentication: {
        keys: {
          find: async () => {
            throw new Error(CANARY);
          },
        },
      },
    }));
    const key = await admin.newKey("acme", "viewer");
    const reply = await admin.send("GET", "/config", { key });
    await admin.close();
    expect(reply).toMatchObject({ status: 500, text: '{"error":"Internal server error"}' });
  });

  it("keeps a change that the bus did not take: the audit entry is the truth", async () => {
    const lost: unknown[] = [];
    const admin = await openAdmin((ports) => ({
      changes: {
        publish: async () => ({
          accepted: false,
          errorCode: "ThrottlingException",
          message: CANARY,
          final: false,
        }),
      },
      telemetry: { ...ports.telemetry, notEmitted: (entry) => void lost.push(entry) },
    }));
    const key = await admin.newKey("acme", "admin");
    const put = await admin.send("PUT", "/config", { key, body: { mode: "DISABLED" } });
    const audit = await admin.send("GET", "/audit?tenant_id=acme", { key });
    await admin.close();
    expect(put.status).toBe(200);
    expect(audit.json.entries).toHaveLength(1);
    expect(lost).toMatchObject([{ error_code: "ThrottlingException" }]);
  });
});

describe("a request that is wrong", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  it("API-7 malformed JSON is 400 with the place, and quotes nothing of it", async () => {
    for (const body of ["{", '{"mode":', "canary", "[1,2"]) {
      const reply = await admin.send("PUT", "/config", { key, body });
      expect(reply).toMatchObject({
        status: 400,
        json: { code: "VALIDATION", issues: [{ path: "body" }] },
      });
      expect(reply.text).not.toContain("canary");
    }
  });

  it("API-10 knows paths whole: others are 404, other methods 405 with Allow", async () => {
    for (const path of ["/x/config/y", "/autonomy/config", "/configs", "/config/"]) {
      expect(await admin.send("GET", path, { key })).toMatchObject({
        status: 404,
        json: { code: "NOT_FOUND" },
      });
    }
    const patch = await admin.send("PATCH", "/config", { key });
    expect(patch).toMatchObject({ status: 405, json: { code: "METHOD_NOT_ALLOWED" } });
    expect(patch.headers.get("allow")).toBe("GET, HEAD, PUT, DELETE, OPTIONS");
    expect((await admin.send("POST", "/health")).status).toBe(405);
  });

  it("API-2 refuses fields of the stored item, and those of the prototype", async () => {
    const body = { account_id: "a1", max_autonomous_per_day: 5 };
    for (const field of [
      "pk",
      "sk",
      "updated_by",
      "updated_at",
      "policy_version",
      "etag",
      "constructor",
      "count",
    ]) {
      const reply = await admin.send("PUT", "/budget", {
        key,
        body: { ...body, [field]: "TENANT#x" },
      });
      expect(reply, field).toMatchObject({
        status: 400,
        json: { issues: [{ path: `body.${field}` }] },
      });
    }
    for (const text of [
      '{"account_id":"a1","max_autonomous_per_day":5,"__proto__":{"x":1}}',
      '{"account_id":"a1","max_autonomous_per_day":5,"max_per_action_type":{"__proto__":5}}',
      '{"account_id":"a1","max_autonomous_per_day":5,"max_per_action_type":{"constructor":5}}',
    ]) {
      expect((await admin.send("PUT", "/budget", { key, body: text })).status).toBe(400);
    }
    expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
  });

  it("refuses what is too large, is not JSON by name, or nests without end", async () => {
    const large = { mode: "DISABLED", padding: "x".repeat(300_000) };
    expect(await admin.send("PUT", "/config", { key, body: large })).toMatchObject({
      status: 413,
      json: { code: "PAYLOAD_TOO_LARGE" },
    });
    const headers = { "content-type": "text/plain" };
    expect(
      await admin.send("PUT", "/config", { key, body: { mode: "DISABLED" }, headers }),
    ).toMatchObject({
      status: 415,
      json: { code: "UNSUPPORTED_MEDIA_TYPE" },
    });
    const nested = `{"intent":{"tenant_id":"acme","account_id":"a","action_intent_id":"i","parameters":${"[".repeat(60_000)}${"]".repeat(60_000)}}}`;
    expect(await admin.send("POST", "/simulate", { key, body: nested })).toMatchObject({
      status: 200,
      json: { decision: "BLOCK", reason: "INVALID_INTENT", intent: null },
    });
  });

  it("API-6 API-12 names the path of every bad value, and stores none", async () => {
    const bad = [
      [
        "PUT",
        "/budget",
        { account_id: "a1", max_autonomous_per_day: "abc" },
        "body.max_autonomous_per_day",
      ],
      [
        "PUT",
        "/budget",
        { account_id: "a1", max_autonomous_per_day: -5 },
        "body.max_autonomous_per_day",
      ],
      [
        "PUT",
        "/budget",
        { account_id: "a1", max_autonomous_per_day: 1.5 },
        "body.max_autonomous_per_day",
      ],
      [
        "PUT",
        "/budget",
        { account_id: "a1", max_autonomous_per_day: 2 ** 53 },
        "body.max_autonomous_per_day",
      ],
      ["PUT", "/budget", '{"account_id":"a1","max_autonomous_per_day":NaN}', "body"],
      [
        "PUT",
        "/budget",
        { account_id: "a1", max_autonomous_per_day: 1, timezone: "Mars/Base" },
        "body.timezone",
      ],
      ["PUT", "/config", { mode: "YOLO" }, "body.mode"],
      ["PUT", "/config", { mode: "DISABLED", action_type: "DEFAULT" }, "body.action_type"],
      [
        "PUT",
        "/action-types",
        { action_type: "X", risk_tier: "LOW", min_confidence: 87, external_contact: false },
        "body.min_confidence",
      ],
      ["GET", "/budget/state?account_id=a1&date=2026-13-40", undefined, "query.date"],
      ["GET", "/budget/state?account_id=a1&date=today", undefined, "query.date"],
      ["GET", "/config?tenant_id=acme&tenant_id=acme", undefined, "query.tenant_id"],
      ["GET", "/decisions?limit=0", undefined, "query.limit"],
      ["GET", "/decisions?limit=101", undefined, "query.limit"],
      [
        "GET",
        "/audit/export?tenant_id=acme&from=2026-11-22&to=2026-11-22&format=exe",
        undefined,
        "query.format",
      ],
    ] as const;
    for (const [method, path, body, at] of bad) {
      const reply = await admin.send(method, path, {
        key,
        ...(body === undefined ? {} : { body }),
      });
      expect(reply, `${method} ${path} ${JSON.stringify(body)}`).toMatchObject({ status: 400 });
      expect(reply.json.issues[0].path).toBe(at);
    }
    expect((await admin.send("GET", "/audit?tenant_id=acme", { key })).json).toEqual({
      entries: [],
    });
  });
});

describe("what everybody may read", () => {
  it("API-11 answers OPTIONS with 204 and CORS for the configured origins only", async () => {
    const admin = await openAdmin();
    const ask = (origin: string) =>
      admin.send("OPTIONS", "/config", {
        headers: { origin, "access-control-request-method": "PUT" },
      });
    const ours = await ask("https://ui.example.com");
    const others = await ask("https://evil.example.com");
    const refused = await admin.send("GET", "/config", {
      headers: { origin: "https://ui.example.com" },
    });
    await admin.close();
    expect(ours.status).toBe(204);
    expect(ours.headers.get("access-control-allow-origin")).toBe("https://ui.example.com");
    expect(ours.headers.get("access-control-allow-methods")).toBe("GET,PUT,POST,DELETE");
    expect(others.headers.get("access-control-allow-origin")).toBeNull();
    // A browser shows an error to its page only with the header.
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe("https://ui.example.com");
  });

  it("serves health, the document, and a page that loads nothing from elsewhere", async () => {
    const admin = await openAdmin();
    const health = await admin.send("GET", "/health");
    const document = await admin.send("GET", "/openapi.json");
    const docs = await admin.send("GET", "/docs");
    await admin.close();
    expect(health).toMatchObject({ status: 200, json: { status: "ok" } });
    expect(document.json.openapi).toBe("3.1.0");
    expect(docs.status).toBe(200);
    expect(docs.text).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
    expect(docs.headers.get("content-security-policy")).toContain("default-src 'none'");
  });
});
