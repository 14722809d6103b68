import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

describe("limits on all accounts of a tenant together", () => {
  let admin: TestAdmin;
  let platform: string;
  let tenant: string;
  beforeAll(async () => {
    admin = await openAdmin();
    platform = await admin.newKey("*", "admin");
    tenant = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  const path = "/budget/ceiling";
  const put = (key: string, body: object) => admin.send("PUT", path, { key, body });
  const get = async (tenant_id: string) =>
    (await admin.send("GET", `${path}?tenant_id=${tenant_id}`, { key: platform })).json;
  const store = (table: string, tenant_id: string, sk: string, item: object) =>
    admin.doc.send(
      new PutCommand({ TableName: table, Item: { pk: `TENANT#${tenant_id}`, sk, ...item } }),
    );

  it("are none where nobody set one", async () => {
    expect(await get("none")).toEqual({
      ceiling: null,
      tenant_budget: null,
      effective_limit: null,
      used_today: 0,
      remaining_today: null,
    });
  });

  it("are set by the platform and by the tenant, and the stricter one counts", async () => {
    const set = await put(platform, { tenant_id: "acme", max_autonomous_per_day: 40 });
    expect(set.json.ceiling).toMatchObject({ tenant_id: "acme", max_autonomous_per_day: 40 });
    const own = await put(tenant, { max_autonomous_per_day: 9, timezone: "Europe/Berlin" });
    expect(own.json.tenant_budget).toMatchObject({ max_autonomous_per_day: 9 });
    const now = await get("acme");
    expect(now).toMatchObject({ effective_limit: 9, used_today: 0, remaining_today: 9 });
    expect((await put(tenant, { max_autonomous_per_day: 99 })).json).toMatchObject({
      ceiling: set.json.ceiling,
      effective_limit: 40,
    });
  });

  it("that the platform set are not changed by a tenant's credential", async () => {
    const refused = await put(tenant, { max_autonomous_per_day: 99, owner: "PLATFORM" });
    expect([refused.status, refused.json.code]).toEqual([403, "FORBIDDEN"]);
    const gone = await admin.send("DELETE", `${path}?owner=PLATFORM`, { key: tenant });
    expect(gone.status).toBe(403);
    expect((await get("acme")).ceiling).toMatchObject({ max_autonomous_per_day: 40 });
  });

  it("that a tenant set are changed by the platform in its name", async () => {
    const body = { tenant_id: "acme", max_autonomous_per_day: 3, owner: "TENANT" };
    expect((await put(platform, body)).json.tenant_budget).toMatchObject({
      max_autonomous_per_day: 3,
    });
  });

  it("raise the tenant's fence twice, are audited and told", async () => {
    const before = admin.changes.length;
    await put(platform, { tenant_id: "fenced", max_autonomous_per_day: 1 });
    const state = await admin.table.get({
      table: "budgetState",
      pk: "TENANT#fenced",
      sk: "BUDGET_STATE#CURRENT",
    });
    expect(state).toMatchObject({ tenant_id: "fenced", fence: 2 });
    expect(state).not.toHaveProperty("account_id");
    expect(admin.changes.slice(before).map(({ data }) => data)).toMatchObject([
      {
        tenant_id: "fenced",
        account_id: null,
        object: "BUDGET",
        ceiling: "PLATFORM",
        before: null,
      },
    ]);
    const audit = await admin.send("GET", "/audit?tenant_id=fenced", { key: platform });
    expect(audit.json.entries).toMatchObject([
      { object: "BUDGET#CEILING", action: "PUT /budget/ceiling" },
    ]);
  });

  it("are changed only as they were read, and go with their fence raised", async () => {
    const set = await put(platform, { tenant_id: "tagged", max_autonomous_per_day: 1 });
    const send = (method: string, etag: string) =>
      admin.send(method, `${path}?tenant_id=tagged`, {
        key: platform,
        headers: { "If-Match": etag },
      });
    expect(set.headers.get("etag")).toBe(set.json.ceiling.etag);
    expect((await send("DELETE", '"other"')).status).toBe(412);
    expect((await send("DELETE", set.json.ceiling.etag)).status).toBe(204);
    expect(await get("tagged")).toMatchObject({ ceiling: null, effective_limit: null });
    expect((await send("DELETE", "*")).status).toBe(412);
  });

  it("are shown beside an account's budget, the nearer limit first", async () => {
    await put(platform, { tenant_id: "near", max_autonomous_per_day: 5 });
    await admin.send("PUT", "/budget", {
      key: platform,
      body: { tenant_id: "near", account_id: "a", max_autonomous_per_day: 4 },
    });
    const today = new Date().toISOString().slice(0, 10);
    const day = { tenant_id: "near", date_key: today, count: 3, fence: 2 };
    await store(TABLES.budgetState, "near", "BUDGET_STATE#CURRENT", day);
    const budget = await admin.send("GET", "/budget?tenant_id=near&account_id=a", {
      key: platform,
    });
    expect(budget.json).toMatchObject({
      effective_limit: 4,
      remaining_today: 4,
      limits: [
        { scope: "TENANT", limit: 5, used_today: 3, remaining_today: 2 },
        { scope: "ACCOUNT", limit: 4, used_today: 0, remaining_today: 4 },
      ],
    });
    expect(await get("near")).toMatchObject({ used_today: 3, remaining_today: 2 });
  });

  it("that cannot be read let nothing run, and say so", async () => {
    await store(TABLES.config, "broken", "BUDGET#CEILING", { max_autonomous_per_day: "many" });
    expect(await get("broken")).toMatchObject({
      ceiling: null,
      problem: "the ceiling that the platform set for the tenant cannot be read",
      remaining_today: 0,
    });
  });

  it("flip a simulated decision, and are named as what limits it", async () => {
    const scope = { tenant_id: "flip", account_id: "a" };
    await admin.send("PUT", "/config", { key: platform, body: { ...scope, mode: "AUTO_EXECUTE" } });
    await admin.send("PUT", "/budget", {
      key: platform,
      body: { ...scope, max_autonomous_per_day: 4 },
    });
    await put(platform, { tenant_id: "flip", max_autonomous_per_day: 0 });
    const intent = {
      ...scope,
      action_intent_id: "i1",
      action_type: "CREATE_INTERNAL_NOTE",
      confidence_score: 0.9,
    };
    const { json } = await admin.send("POST", "/simulate", { key: platform, body: { intent } });
    expect(json).toMatchObject({
      reason: "BUDGET_EXHAUSTED",
      policy_clause: "BUDGET_TENANT_DAY",
      budget: { limited_by: "DAY", scope: "TENANT", limit: 0, used: 0 },
    });
    expect(json.would_flip).toContainEqual({
      kind: "BUDGET",
      change: "daily budget of the ceiling that the platform set 0 → 1 (tenant flip)",
      decision: "AUTO_EXECUTE",
      reason: "POLICY_ALLOWED",
    });
  });
});
