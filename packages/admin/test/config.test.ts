import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

describe("modes", () => {
  let admin: TestAdmin;
  let key: string;
  let platform: string;

  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
    platform = await admin.newKey("*", "admin");
  });
  afterAll(() => admin.close());

  it("API-5 sets a mode, says who, and returns it with its etag", async () => {
    const body = { tenant_id: "acme", account_id: "a1", mode: "AUTO_EXECUTE" };
    const put = await admin.send("PUT", "/config", { key, body });
    expect(put.status).toBe(200);
    const { config } = put.json;
    expect(config).toMatchObject({ ...body, policy_version: "AutonomyModeConfigV1" });
    expect(config.updated_by).toMatch(/^key:[0-9a-f]{16}$/);
    expect(put.headers.get("etag")).toBe(config.etag);
    const list = await admin.send("GET", "/config?tenant_id=acme&account_id=a1", { key });
    expect(list.json).toEqual({ configs: [config] });
  });

  it("lists modes only, page by page, in the order of their types (MODE-6)", async () => {
    for (const type of ["C_TYPE", "A_TYPE", "B_TYPE"]) {
      const body = { tenant_id: "acme", account_id: "pages", action_type: type, mode: "DISABLED" };
      await admin.send("PUT", "/config", { key, body });
    }
    const budget = { tenant_id: "acme", account_id: "pages", max_autonomous_per_day: 1 };
    await admin.send("PUT", "/budget", { key, body: budget });
    const seen: string[] = [];
    const path = "/config?tenant_id=acme&account_id=pages&limit=2";
    for (let token: string | undefined = ""; token !== undefined; ) {
      const page = await admin.send("GET", token === "" ? path : `${path}&next_token=${token}`, {
        key,
      });
      seen.push(...page.json.configs.map((config: { action_type: string }) => config.action_type));
      token = page.json.next_token;
    }
    expect(seen).toEqual(["A_TYPE", "B_TYPE", "C_TYPE"]);
  });

  it("MODE-4 shows a stored mode that is not one as unreadable, and lists the others", async () => {
    const pk = "TENANT#acme#ACCOUNT#corrupt";
    const at = "2026-11-22T09:30:00.000Z";
    await admin.doc.send(
      new PutCommand({
        TableName: TABLES.config,
        Item: { pk, sk: "AUTONOMY#A_TYPE", mode: "YOLO", updated_at: at },
      }),
    );
    await admin.doc.send(
      new PutCommand({
        TableName: TABLES.config,
        Item: { pk, sk: "AUTONOMY#DEFAULT", mode: "DISABLED" },
      }),
    );
    const { json } = await admin.send("GET", "/config?tenant_id=acme&account_id=corrupt", { key });
    expect(json.configs).toMatchObject([
      { tenant_id: "acme", account_id: "corrupt", mode: "DISABLED" },
    ]);
    expect(json.unreadable).toMatchObject([{ action_type: "A_TYPE", found: '"YOLO"' }]);
  });

  it("removes a mode once: 204, then 404", async () => {
    const body = { tenant_id: "acme", account_id: "gone", mode: "AUTO_EXECUTE" };
    await admin.send("PUT", "/config", { key, body });
    const path = "/config?tenant_id=acme&account_id=gone";
    expect((await admin.send("DELETE", path, { key })).status).toBe(204);
    expect((await admin.send("DELETE", path, { key })).status).toBe(404);
  });

  it("MODE-5 writes an audit entry with every change and tells the bus", async () => {
    const body = { tenant_id: "acme", account_id: "audited", mode: "AUTO_EXECUTE" };
    const first = await admin.send("PUT", "/config", { key, body });
    admin.changes.length = 0;
    await admin.send("PUT", "/config", { key, body: { ...body, mode: "DISABLED" } });
    const { json } = await admin.send("GET", "/audit?tenant_id=acme&limit=1", { key });
    const [entry] = json.entries;
    expect(entry).toMatchObject({
      action: "PUT /config",
      account_id: "audited",
      before: { mode: "AUTO_EXECUTE" },
      after: { mode: "DISABLED" },
    });
    expect(entry.actor).toBe(first.json.config.updated_by);
    expect(admin.changes).toMatchObject([
      { metadata: { schema_version: "1" }, data: { before: entry.before, after: entry.after } },
    ]);
  });

  it("raises the fence of the account twice, once in the change's transaction", async () => {
    const body = { tenant_id: "fence", account_id: "f1", mode: "AUTO_EXECUTE" };
    await admin.send("PUT", "/config", { key: platform, body });
    const { Items } = await admin.doc.send(
      new ScanCommand({
        TableName: TABLES.budgetState,
        FilterExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": "TENANT#fence#ACCOUNT#f1" },
      }),
    );
    expect(Items).toMatchObject([{ sk: "BUDGET_STATE#CURRENT", fence: 2 }]);
  });

  it("explains which level answers and what could run by itself now", async () => {
    const tenant_id = "levels";
    const put = (body: object) =>
      admin.send("PUT", "/config", { key: platform, body: { tenant_id, ...body } });
    await put({ mode: "DISABLED" });
    await put({ account_id: "a1", action_type: "CREATE_INTERNAL_NOTE", mode: "AUTO_EXECUTE" });
    await admin.send("PUT", "/budget", {
      key: platform,
      body: { tenant_id, account_id: "a1", max_autonomous_per_day: 3 },
    });
    const path = "/config/effective?tenant_id=levels&account_id=a1";
    const one = await admin.send("GET", `${path}&action_type=CREATE_INTERNAL_NOTE`, {
      key: platform,
    });
    expect(one.json).toEqual({
      mode: "AUTO_EXECUTE",
      mode_source: "ACCOUNT_ACTION_TYPE",
      considered: [
        { level: "ACCOUNT_ACTION_TYPE", mode: "AUTO_EXECUTE" },
        { level: "TENANT_ACTION_TYPE", mode: null },
        { level: "ACCOUNT_DEFAULT", mode: null },
        { level: "TENANT_DEFAULT", mode: "DISABLED" },
        { level: "GLOBAL_DEFAULT", mode: null },
      ],
    });
    const all = await admin.send("GET", path, { key: platform });
    const runs = all.json.action_types.filter(
      (type: { can_run_by_itself: boolean }) => type.can_run_by_itself,
    );
    expect(runs.map((type: { action_type: string }) => type.action_type)).toEqual([
      "CREATE_INTERNAL_NOTE",
    ]);
    expect(all.json.action_types).toHaveLength(11);
  });
});
