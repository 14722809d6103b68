import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

describe("budgets", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  const put = (body: object) => admin.send("PUT", "/budget", { key, body });
  const get = async (account: string) =>
    (await admin.send("GET", `/budget?tenant_id=acme&account_id=${account}`, { key })).json;
  const today = () => new Date().toISOString().slice(0, 10);
  const store = (account: string, sk: string, item: object) =>
    admin.doc.send(
      new PutCommand({
        TableName: sk.startsWith("BUDGET_STATE") ? TABLES.budgetState : TABLES.config,
        Item: { pk: `TENANT#acme#ACCOUNT#${account}`, sk, ...item },
      }),
    );
  const spent = (account: string, date_key: string, count: number, more: object = {}) =>
    store(account, "BUDGET_STATE#CURRENT", {
      tenant_id: "acme",
      account_id: account,
      date_key,
      count,
      "count#CREATE_INTERNAL_NOTE": count,
      updated_at: `${date_key}T09:30:00.000Z`,
      ...more,
    });

  it("has none, and nothing left, where nobody set one", async () => {
    expect(await get("none")).toEqual({ config: null, remaining_today: 0 });
  });

  it("BUD-9 falls back to the tenant's default, and says whose it is", async () => {
    const tenant = await put({ tenant_id: "acme", max_autonomous_per_day: 9 });
    expect(tenant.json.config).not.toHaveProperty("account_id");
    expect(await get("default")).toEqual({
      config: tenant.json.config,
      source: "TENANT",
      effective_limit: 9,
      remaining_today: 9,
    });
    await put({ account_id: "default", max_autonomous_per_day: 4 });
    expect(await get("default")).toMatchObject({
      source: "ACCOUNT",
      effective_limit: 4,
      remaining_today: 4,
    });
    await admin.send("DELETE", "/budget?account_id=default", { key });
    expect(await get("default")).toMatchObject({ source: "TENANT" });
    const own = await admin.send("GET", "/budget?tenant_id=acme", { key });
    expect(own.json).toEqual({ config: tenant.json.config, source: "TENANT" });
    expect((await admin.send("DELETE", "/budget?tenant_id=acme", { key })).status).toBe(204);
  });

  it("BUD-3 counts what is left from the one stored count, never below 0", async () => {
    await put({ account_id: "left", max_autonomous_per_day: 5 });
    await spent("left", today(), 3);
    expect(await get("left")).toMatchObject({ effective_limit: 5, remaining_today: 2 });
    await put({ account_id: "left", max_autonomous_per_day: 1 });
    expect(await get("left")).toMatchObject({ effective_limit: 1, remaining_today: 0 });
    await spent("left", "2020-01-01", 3);
    expect(await get("left")).toMatchObject({ remaining_today: 1 });
  });

  it("BUD-8 shows the limit after decay", async () => {
    const config = {
      max_autonomous_per_day: 8,
      decay_if_unused: true,
      updated_at: "2026-01-01T00:00:00.000Z",
    };
    await store("decayed", "BUDGET#CONFIG", config);
    expect(await get("decayed")).toMatchObject({
      config: { max_autonomous_per_day: 8 },
      effective_limit: 1,
      remaining_today: 1,
    });
  });

  it("BUD-8 keeps the cap of a type in its own object", async () => {
    await put({
      account_id: "caps",
      max_autonomous_per_day: 5,
      max_per_action_type: { A_TYPE: 1 },
    });
    const cap = await put({ account_id: "caps", action_type: "A_TYPE", max_autonomous_per_day: 0 });
    expect(cap.json.config).toMatchObject({ action_type: "A_TYPE", max_autonomous_per_day: 0 });
    expect(await get("caps")).toMatchObject({
      config: { max_per_action_type: { A_TYPE: 1 } },
      action_type_budgets: [cap.json.config],
    });
    expect((await put({ action_type: "A_TYPE", max_autonomous_per_day: 1 })).status).toBe(400);
    expect(
      (
        await put({
          account_id: "caps",
          action_type: "A_TYPE",
          max_autonomous_per_day: 1,
          timezone: "UTC",
        })
      ).status,
    ).toBe(400);
    const path = "/budget?account_id=caps&action_type=A_TYPE";
    expect((await admin.send("DELETE", path, { key })).status).toBe(204);
    expect(await get("caps")).not.toHaveProperty("action_type_budgets");
  });

  it("says why nothing is left where the stored budget or its state is corrupt", async () => {
    await store("corrupt", "BUDGET#CONFIG", { max_autonomous_per_day: "many" });
    expect(await get("corrupt")).toMatchObject({
      config: null,
      source: "ACCOUNT",
      problem: expect.any(String),
      remaining_today: 0,
    });
    await put({ account_id: "corrupt", max_autonomous_per_day: 3 });
    await store("corrupt", "BUDGET_STATE#CURRENT", { date_key: today(), count: -1 });
    expect(await get("corrupt")).toMatchObject({ problem: expect.any(String), remaining_today: 0 });
  });

  it("takes every whole number that is exact, and no other", async () => {
    const largest = Number.MAX_SAFE_INTEGER;
    const max_per_action_type = { A_TYPE: largest };
    const body = { account_id: "large", max_autonomous_per_day: largest, max_per_action_type };
    expect(await put(body)).toMatchObject({ status: 200, json: { config: body } });
    await spent("large", today(), largest - 1);
    expect(await get("large")).toMatchObject({ effective_limit: largest, remaining_today: 1 });
    for (const wrong of [largest + 1, 1e300, -1, 0.5]) {
      expect(await put({ ...body, max_autonomous_per_day: wrong })).toMatchObject({ status: 400 });
    }
  });

  it("caps as many types as a change and its audit entry can hold, and again", async () => {
    const caps = (count: number, cap: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`T${i}_`.padEnd(64, "X"), cap - i]),
      );
    const body = { account_id: "wide", max_autonomous_per_day: 5 };
    for (const cap of [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1_000]) {
      const max_per_action_type = caps(1_000, cap);
      expect((await put({ ...body, max_per_action_type })).status).toBe(200);
      expect(await get("wide")).toMatchObject({ config: { max_per_action_type } });
    }
    expect((await put({ ...body, max_per_action_type: caps(1_001, 5_000) })).status).toBe(400);
    const stored = { max_autonomous_per_day: 5, max_per_action_type: caps(3_000, 5_000) };
    await store("wider", "BUDGET#CONFIG", stored);
    expect(await get("wider")).toMatchObject({ config: stored, remaining_today: 5 });
  });

  it("shows a budget in force whose last change is not known, and the caps beside it", async () => {
    const about = { updated_at: "2026-01-28", updated_by: 7 };
    await store("dated", "BUDGET#CONFIG", { max_autonomous_per_day: 4, ...about });
    await store("dated", "BUDGET#ACTION_TYPE#A_TYPE", { max_autonomous_per_day: 1, ...about });
    const { config, problem, remaining_today, action_type_budgets } = await get("dated");
    expect({ problem, remaining_today }).toEqual({ remaining_today: 4 });
    expect(config).toMatchObject({ account_id: "dated", max_autonomous_per_day: 4 });
    expect(action_type_budgets).toMatchObject([{ action_type: "A_TYPE" }]);
    expect(config).not.toHaveProperty("updated_at");
    expect(action_type_budgets[0]).not.toHaveProperty("updated_by");
  });

  it("API-12 shows a day's spending: the open day, a closed one, or none", async () => {
    await put({ account_id: "days", max_autonomous_per_day: 5 });
    await spent("days", today(), 2);
    await store("days", "BUDGET_STATE#20260105", {
      tenant_id: "acme",
      account_id: "days",
      date_key: "2026-01-05",
      count: 4,
      "count#CREATE_INTERNAL_NOTE": 3,
      "count#FLAG_FOR_REVIEW": 1,
      updated_at: "2026-01-05T23:00:00.000Z",
      ttl: 1,
    });
    const state = async (date: string) =>
      (await admin.send("GET", `/budget/state?account_id=days${date}`, { key })).json.state;
    const open = {
      tenant_id: "acme",
      account_id: "days",
      date_key: today(),
      count: 2,
      counts_by_action_type: { CREATE_INTERNAL_NOTE: 2 },
      updated_at: `${today()}T09:30:00.000Z`,
    };
    expect(await state("")).toEqual(open);
    expect(await state(`&date=${today()}`)).toEqual(open);
    expect(await state("&date=2026-01-05")).toEqual({
      tenant_id: "acme",
      account_id: "days",
      date_key: "2026-01-05",
      count: 4,
      counts_by_action_type: { CREATE_INTERNAL_NOTE: 3, FLAG_FOR_REVIEW: 1 },
      updated_at: "2026-01-05T23:00:00.000Z",
    });
    expect(await state("&date=2026-01-06")).toBeNull();
  });

  it("OUT-3: sets back a day that a wrong clock opened, with what the right day has recorded", async () => {
    const body = { account_id: "ahead", date_key: today() };
    const setBack = (more: object = {}, by = key) =>
      admin.send("PUT", "/budget/state", { key: by, body: { ...body, ...more } });
    expect(await setBack()).toMatchObject({ status: 404, json: { code: "NOT_FOUND" } });
    await spent("ahead", today(), 1);
    const later = new Date(Date.now() + 172_800_000).toISOString().slice(0, 10);
    const tooFar = await setBack({ date_key: later });
    expect(tooFar).toMatchObject({ status: 409, json: { code: "CONFLICT" } });
    await put({ account_id: "ahead", max_autonomous_per_day: 5 });
    await store("ahead", `BUDGET_STATE#${today().replaceAll("-", "")}`, {
      date_key: today(),
      count: 3,
      "count#CREATE_INTERNAL_NOTE": 3,
    });
    await spent("ahead", "9031-01-05", 5, { previous_consumed_on: today(), fence: 2 });
    expect(await get("ahead")).toMatchObject({ remaining_today: 0 });
    expect((await setBack({}, await admin.newKey("acme", "viewer"))).status).toBe(403);
    const past = await setBack({ date_key: "2020-01-01" });
    expect(past.json.issues).toEqual([
      { path: "body.date_key", message: "must not be before yesterday" },
    ]);

    const operator = await admin.newKey("acme", "operator");
    const answer = await setBack({}, operator);
    expect(answer.status).toBe(200);
    expect(answer.json.state).toMatchObject({ date_key: today(), count: 3 });
    expect(await get("ahead")).toMatchObject({ remaining_today: 2 });
    const far = await admin.send("GET", "/budget/state?account_id=ahead&date=9031-01-05", { key });
    expect(far.json.state).toMatchObject({ date_key: "9031-01-05", count: 5 });
    const { json } = await admin.send("GET", "/audit?tenant_id=acme", { key });
    expect(json.entries[0]).toMatchObject({
      action: "PUT /budget/state",
      account_id: "ahead",
      before: { date_key: "9031-01-05", count: 5 },
      after: { date_key: today(), count: 3 },
    });
  });
});

describe("action types", () => {
  it("a tenant's entry tightens the global one, that replaces the built-in one; each can be taken back", async () => {
    const admin = await openAdmin();
    const platform = await admin.newKey("*", "admin");
    const entry = {
      action_type: "CREATE_INTERNAL_NOTE",
      risk_tier: "HIGH",
      min_confidence: 0.9,
      external_contact: true,
    };
    const find = async () => {
      const { json } = await admin.send("GET", "/action-types?tenant_id=acme", { key: platform });
      return json.action_types.find(
        (one: { action_type: string }) => one.action_type === entry.action_type,
      );
    };
    expect(await find()).toMatchObject({ source: "BUILT_IN", risk_tier: "LOW" });
    await admin.send("PUT", "/action-types", { key: platform, body: entry });
    expect(await find()).toMatchObject({ source: "GLOBAL", risk_tier: "HIGH" });
    const own = await admin.send("PUT", "/action-types", {
      key: platform,
      body: { ...entry, tenant_id: "acme", risk_tier: "CRITICAL" },
    });
    expect(own.json.action_type).toMatchObject({
      action_type: entry.action_type,
      risk_tier: "CRITICAL",
    });
    expect(await find()).toMatchObject({
      source: "TENANT",
      risk_tier: "CRITICAL",
      etag: own.json.action_type.etag,
    });
    const path = `/action-types/${entry.action_type}`;
    expect((await admin.send("DELETE", `${path}?tenant_id=acme`, { key: platform })).status).toBe(
      204,
    );
    expect((await admin.send("DELETE", path, { key: platform })).status).toBe(204);
    expect(await find()).toMatchObject({ source: "BUILT_IN" });
    await admin.close();
  });

  it("are a tenant's own where its credential names nobody, to read as to write", async () => {
    const admin = await openAdmin();
    const platform = await admin.newKey("*", "admin");
    const tenant = await admin.newKey("acme", "admin");
    const entry = { action_type: "OURS", min_confidence: 0.9, external_contact: false };
    const riskSeenBy = async (key: string, path: string) => {
      const { json } = await admin.send("GET", path, { key });
      return json.action_types
        .filter((one: { action_type: string }) => one.action_type === entry.action_type)
        .map((one: { source: string; risk_tier: string }) => `${one.source} ${one.risk_tier}`);
    };
    const put = (key: string, risk_tier: string) =>
      admin.send("PUT", "/action-types", { key, body: { ...entry, risk_tier } });

    expect((await put(platform, "HIGH")).status).toBe(200);
    expect(await riskSeenBy(tenant, "/action-types")).toEqual(["GLOBAL HIGH"]);
    expect((await put(tenant, "CRITICAL")).status).toBe(200);
    expect(await riskSeenBy(tenant, "/action-types")).toEqual(["TENANT CRITICAL"]);
    expect(await riskSeenBy(platform, "/action-types")).toEqual(["GLOBAL HIGH"]);
    expect(await riskSeenBy(platform, "/action-types?tenant_id=other")).toEqual(["GLOBAL HIGH"]);

    const remove = () => admin.send("DELETE", "/action-types/OURS", { key: tenant });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
    expect(await riskSeenBy(tenant, "/action-types")).toEqual(["GLOBAL HIGH"]);
    await admin.close();
  });
});
