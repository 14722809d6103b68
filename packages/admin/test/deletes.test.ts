import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lambdaHandler } from "../src/lambda.ts";
import { ROUTES } from "../src/routes/routes.ts";
import { openAdmin, type Sent, type TestAdmin } from "./open-admin.ts";

const TYPE = "NOTE_TYPE";
const ENTRY = {
  action_type: TYPE,
  risk_tier: "LOW",
  min_confidence: 0.7,
  external_contact: false,
} as const;

describe("what a DELETE removes", () => {
  let admin: TestAdmin;
  let key: string;
  let platform: string;
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
    platform = await admin.newKey("*", "admin");
  });
  afterAll(() => admin.close());

  const put = async (path: string, body: object) => {
    const reply = await admin.send("PUT", path, { key: platform, body });
    expect(reply.status, reply.text).toBe(200);
  };
  const remove = (path: string, sent: Omit<Sent, "key">, whose = key) =>
    admin.send("DELETE", path, { key: whose, ...sent });

  /** Everything that a DELETE here could take away: the tenant's, an account's and the global one. */
  async function standing(): Promise<string[]> {
    const found: string[] = [];
    const seen = async (name: string, path: string, isThere: (json: unknown) => boolean) => {
      const { json } = await admin.send("GET", path, { key: platform });
      if (isThere(json)) found.push(name);
    };
    const source = (whose: string) => (json: unknown) =>
      JSON.stringify(json).includes(`"source":"${whose}"`);
    await seen("tenant budget", "/budget?tenant_id=acme", source("TENANT"));
    await seen("account budget", "/budget?tenant_id=acme&account_id=a1", source("ACCOUNT"));
    const capped = (json: unknown) => JSON.stringify(json).includes("action_type_budgets");
    await seen("account cap", "/budget?tenant_id=acme&account_id=a1", capped);
    const modes = (json: unknown) => JSON.stringify(json).includes('"mode"');
    await seen("tenant mode", "/config?tenant_id=acme", modes);
    await seen("account mode", "/config?tenant_id=acme&account_id=a1", modes);
    await seen("tenant type", "/action-types?tenant_id=acme", source("TENANT"));
    await seen("global type", "/action-types", source("GLOBAL"));
    return found;
  }

  const ALL = [
    "tenant budget",
    "account budget",
    "account cap",
    "tenant mode",
    "account mode",
    "tenant type",
    "global type",
  ];
  const allBut = (gone: string) => ALL.filter((name) => name !== gone);

  async function putAll() {
    const [tenant, account] = [{ tenant_id: "acme" }, { tenant_id: "acme", account_id: "a1" }];
    for (const whose of [tenant, account]) {
      await put("/budget", { ...whose, max_autonomous_per_day: 5 });
      await put("/config", { ...whose, mode: "DISABLED" });
    }
    await put("/budget", { ...account, action_type: TYPE, max_autonomous_per_day: 1 });
    await put("/action-types", { ...tenant, ...ENTRY, risk_tier: "CRITICAL" });
    await put("/action-types", ENTRY);
    expect(await standing()).toEqual(ALL);
  }

  it("is what its body names, as if the query named it", async () => {
    const account = { tenant_id: "acme", account_id: "a1" };
    for (const [gone, path, body] of [
      ["account budget", "/budget", account],
      ["account budget", "/budget?tenant_id=acme", account],
      ["account budget", "/budget?tenant_id=acme&account_id=a1", account],
      ["account cap", "/budget", { ...account, action_type: TYPE }],
      ["account cap", `/budget?action_type=${TYPE}`, account],
      ["account mode", "/config", account],
      ["tenant mode", "/config", { tenant_id: "acme" }],
      ["tenant type", `/action-types/${TYPE}`, { tenant_id: "acme" }],
    ] as const) {
      await putAll();
      const reply = await remove(path, { body });
      expect(reply.status, `${path} ${JSON.stringify(body)} ${reply.text}`).toBe(204);
      expect(await standing(), path).toEqual(allBut(gone));
    }
    await putAll();
    expect(
      (await remove(`/action-types/${TYPE}`, { body: { tenant_id: "acme" } }, platform)).status,
    ).toBe(204);
    expect(await standing()).toEqual(allBut("tenant type"));
  });

  it("is nothing when its body names another tenant, or anything else than the query", async () => {
    await putAll();
    const account = { tenant_id: "acme", account_id: "a1" };
    for (const [status, path, body] of [
      [403, "/budget", { tenant_id: "other" }],
      [403, "/config", { tenant_id: "other" }],
      [403, "/config?tenant_id=acme", { tenant_id: "other", account_id: "a1" }],
      [403, `/action-types/${TYPE}`, { tenant_id: "other" }],
      [400, "/budget?account_id=a2", account],
      [400, "/config?account_id=a2", account],
      [400, `/config?action_type=${TYPE}`, { ...account, action_type: "OTHER_TYPE" }],
      [400, `/budget?account_id=a1&action_type=${TYPE}`, { action_type: "OTHER_TYPE" }],
    ] as const) {
      const reply = await remove(path, { body });
      expect(reply.status, `${path} ${JSON.stringify(body)}`).toBe(status);
    }
    expect(await standing()).toEqual(ALL);
  });

  it("is nothing when its body cannot be read whole: unknown fields, not JSON, not an object", async () => {
    await putAll();
    for (const path of ["/budget", "/config", `/action-types/${TYPE}`]) {
      for (const [status, sent] of [
        [400, { body: { tenant_id: "acme", pk: "TENANT#acme" } }],
        [400, { body: { tenant_id: "acme", max_autonomous_per_day: 5 } }],
        [400, { body: { tenant_id: "a#b" } }],
        [400, { body: "{" }],
        [400, { body: "null" }],
        [400, { body: "[]" }],
        [400, { body: " " }],
        [415, { body: "tenant_id=other", headers: { "content-type": "text/plain" } }],
      ] as const) {
        const reply = await remove(path, sent);
        expect(reply.status, `${path} ${JSON.stringify(sent)}`).toBe(status);
      }
    }
    expect(await standing()).toEqual(ALL);
  });

  it("is what the query names when there is no body, or an empty one", async () => {
    for (const sent of [{}, { body: {} }, { body: "" }]) {
      await putAll();
      expect((await remove("/budget?account_id=a1", sent)).status).toBe(204);
      expect(await standing()).toEqual(allBut("account budget"));
    }
  });

  it("is on Lambda what it is over HTTP, whatever stands for no body", async () => {
    const handler = lambdaHandler(admin.app);
    const query = { account_id: "a1" };
    const headers = { "x-api-key": key };
    const rest = { httpMethod: "DELETE", path: "/budget", queryStringParameters: query, headers };
    const http = {
      rawPath: "/budget",
      rawQueryString: "account_id=a1",
      requestContext: { http: { method: "DELETE" } },
      headers,
    };
    for (const event of [rest, http]) {
      for (const none of [{}, { body: null }, { body: "" }, { body: "", isBase64Encoded: true }]) {
        await putAll();
        expect((await handler({ ...event, ...none }, {})).statusCode).toBe(204);
        expect(await standing()).toEqual(allBut("account budget"));
      }
      await putAll();
      const body = JSON.stringify({ tenant_id: "other" });
      const typed = { ...headers, "content-type": "application/json" };
      const answer = await handler({ ...event, headers: typed, body }, {});
      expect(answer.statusCode).toBe(403);
      const unread = await handler({ ...event, body }, {});
      expect(unread.statusCode).toBe(415);
      expect(await standing()).toEqual(ALL);
    }
  });
});

describe("a body that a route does not know", () => {
  it("is not looked at with a GET, which has none by its nature", async () => {
    const admin = await openAdmin();
    const handler = lambdaHandler(admin.app);
    const headers = { "x-api-key": await admin.newKey("acme", "viewer") };
    const body = JSON.stringify({ tenant_id: "other" });
    for (const event of [
      { httpMethod: "GET", path: "/config", headers, body },
      { rawPath: "/config", requestContext: { http: { method: "GET" } }, headers, body },
    ]) {
      expect(await handler(event, {})).toMatchObject({ statusCode: 200, body: '{"configs":[]}' });
    }
    await admin.close();
  });

  it("is refused by every route that can be sent one", async () => {
    const admin = await openAdmin();
    const key = await admin.newKey("acme", "admin");
    for (const { method, path } of ROUTES.filter((route) => route.method !== "get")) {
      const at = `${path.replace("{type}", TYPE).replace("{key_id}", "0".repeat(16))}?tenant_id=acme`;
      const reply = await admin.send(method.toUpperCase(), at, { key, body: { unheard_of: 1 } });
      expect(reply, `${method} ${path}`).toMatchObject({ status: 400 });
      expect(reply.text).toContain("body.unheard_of");
    }
    await admin.close();
  });
});
