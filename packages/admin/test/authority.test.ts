import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote, NOTE, recordDecision } from "./decided.ts";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

const STOP = { engaged: true, effect: "BLOCK", reason: "Incident 7" };
const LIFTED = { ...STOP, engaged: false, reason: "Over" };
const CRITICAL = { risk_tier: "CRITICAL", min_confidence: 0.9, external_contact: false };
const MINIMAL = { risk_tier: "MINIMAL", min_confidence: 0, external_contact: false };

describe("what the platform sets, only the platform loosens", () => {
  let admin: TestAdmin;
  let platform: string;
  let tenants: string;
  beforeAll(async () => {
    admin = await openAdmin();
    platform = await admin.newKey("*", "admin");
    tenants = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  /** An account on which a note runs by itself. */
  const open = async (account_id: string) => {
    const body = { account_id, mode: "AUTO_EXECUTE" };
    await admin.send("PUT", "/config", { key: tenants, body });
    const budget = { account_id, max_autonomous_per_day: 5 };
    await admin.send("PUT", "/budget", { key: tenants, body: budget });
  };
  const decided = async (account_id: string, more: object = {}) => {
    const body = { intent: aNote(account_id, "i1", more) };
    return (await admin.send("POST", "/simulate", { key: tenants, body })).json;
  };
  const put = (path: string, key: string, body: object) => admin.send("PUT", path, { key, body });
  const write = (pk: string, sk: string, item: object) =>
    admin.doc.send(new PutCommand({ TableName: TABLES.config, Item: { pk, sk, ...item } }));

  const scopes = [
    ["tenant", "/kill-switch?tenant_id=acme", "TENANT#acme"],
    ["account", "/kill-switch?tenant_id=acme&account_id=s1", "TENANT#acme#ACCOUNT#s1"],
  ] as const;
  for (const [name, path, pk] of scopes) {
    it(`an operator of the tenant does not lift the platform's stop of its ${name}`, async () => {
      await open("s1");
      expect(await decided("s1")).toMatchObject({ decision: "AUTO_EXECUTE" });
      await put(path, platform, STOP);
      const refused = await put(path, tenants, { ...LIFTED, owner: "PLATFORM" });
      expect(refused).toMatchObject({ status: 403, json: { code: "FORBIDDEN" } });
      expect(refused.json.error).toContain("Ask the platform's operators");
      const own = await put(path, tenants, LIFTED);
      expect(own.json).toMatchObject({
        kill_switch: { owner: "TENANT", engaged: false },
        effective: [{ scope: name.toUpperCase(), owner: "PLATFORM", effect: "BLOCK" }],
      });
      await write(pk, "KILL_SWITCH", LIFTED);
      const held = await decided("s1");
      expect(held).toMatchObject({
        decision: "BLOCK",
        reason: "KILL_SWITCH",
        facts: { kill_switches: [{ owner: "PLATFORM" }] },
      });
      expect(held.explanation).toContain(`The platform's kill switch of ${name}`);

      const { json } = await put(path, platform, LIFTED);
      expect(json.kill_switch).toMatchObject({ owner: "PLATFORM", engaged: false });
      expect(await decided("s1")).toMatchObject({ decision: "AUTO_EXECUTE" });
      const audit = await admin.send("GET", "/audit?tenant_id=acme&limit=1", { key: tenants });
      expect(audit.json.entries).toMatchObject([{ object: "KILL_SWITCH#PLATFORM" }]);
      expect(admin.changes.at(-1)?.data).toMatchObject({ owner: "PLATFORM" });
    });
  }

  it("each credential sees its own side's stop first, and the other's by name", async () => {
    const path = "/kill-switch?tenant_id=acme&account_id=sides";
    await put(path, platform, { ...STOP, reason: "Platform's" });
    await put(path, platform, { ...STOP, reason: "Tenant's", owner: "TENANT" });
    const seen = async (key: string, query = "") =>
      (await admin.send("GET", path + query, { key })).json.kill_switch.reason;
    expect(await seen(platform)).toBe("Platform's");
    expect(await seen(tenants)).toBe("Tenant's");
    expect(await seen(tenants, "&owner=PLATFORM")).toBe("Platform's");
    expect(await seen(platform, "&owner=TENANT")).toBe("Tenant's");
    const { json } = await admin.send("GET", path, { key: tenants });
    expect(json.effective.map(({ owner }: { owner: string }) => owner)).toEqual([
      "PLATFORM",
      "TENANT",
    ]);
  });

  it("everyone's stop has one owner", async () => {
    const reply = await put("/kill-switch", platform, { ...STOP, owner: "TENANT" });
    expect(reply).toMatchObject({ status: 400, json: { issues: [{ path: "body.owner" }] } });
    const { status } = await admin.send("GET", "/kill-switch?owner=TENANT", { key: platform });
    expect(status).toBe(400);
  });

  it("an admin of the tenant does not loosen the platform's action type", async () => {
    const action_type = "WIRE_MONEY";
    const intent = { action_type, confidence_score: 1 };
    await open("w1");
    await put("/action-types", platform, { action_type, ...CRITICAL });
    const refused = await put("/action-types", tenants, { action_type, ...MINIMAL });
    expect(refused).toMatchObject({
      status: 409,
      json: {
        code: "BELOW_FLOOR",
        issues: [{ path: "body.risk_tier" }, { path: "body.min_confidence" }],
      },
    });
    expect(await decided("w1", intent)).toMatchObject({ reason: "RISK_LEVEL_HIGH" });

    await write("TENANT#acme", `ACTION_TYPE#${action_type}`, MINIMAL);
    expect(await decided("w1", intent)).toMatchObject({
      decision: "REQUIRE_APPROVAL",
      reason: "RISK_LEVEL_HIGH",
      facts: { catalogue_source: "GLOBAL", min_confidence: 0.9 },
    });
    const { json } = await admin.send("GET", "/action-types", { key: tenants });
    const shown = json.action_types.find((one: typeof intent) => one.action_type === action_type);
    expect(shown).toMatchObject({
      source: "GLOBAL",
      ...CRITICAL,
      below_floor: ["risk_tier", "min_confidence"],
    });

    await write("GLOBAL", `ACTION_TYPE#${action_type}`, { ...CRITICAL, risk_tier: "SEVERE" });
    expect(await decided("w1", intent)).toMatchObject({
      reason: "ACTION_TYPE_UNKNOWN",
      facts: { catalogue_source: "UNREADABLE" },
    });
  });

  it("says what would flip a floor: the platform's own entry, and no change of the tenant", async () => {
    await open("f1");
    const action_type = "FLOORED";
    await put("/action-types", platform, { action_type, ...CRITICAL });
    const { would_flip } = await decided("f1", { action_type });
    const changes = would_flip.map(({ change }: { change: string }) => change);
    expect(changes).toContain("FLOORED (the platform's entry): risk CRITICAL → LOW");
    expect(changes.filter((change: string) => change.startsWith("FLOORED:"))).toEqual([]);
  });

  it("a tenant's entry may be stricter in one field alone, and says so", async () => {
    const action_type = "STRICTER";
    await put("/action-types", platform, { action_type, ...MINIMAL });
    const own = { action_type, ...MINIMAL, min_confidence: 0.95 };
    expect((await put("/action-types", tenants, own)).status).toBe(200);
    const { json } = await admin.send("GET", "/action-types", { key: tenants });
    const shown = json.action_types.find((one: typeof own) => one.action_type === action_type);
    expect(shown).toMatchObject({ source: "TENANT", min_confidence: 0.95 });
    expect(shown).not.toHaveProperty("below_floor");
  });

  it("a stop of an account says which look-alikes had decisions, which it does not stop", async () => {
    const now = new Date().toISOString();
    for (const [index, account] of ["Acct_7", "acct-7", "acct_8", "acct7"].entries()) {
      await recordDecision(admin, aNote(account, `seen${index}`), now);
    }
    await recordDecision(admin, aNote("ACCT.7", "old"), "2026-01-01T00:00:00.000Z");
    const { json } = await put("/kill-switch?account_id=acct_7", tenants, STOP);
    expect(json.look_alikes).toMatchObject({
      accounts: ["Acct_7", "acct-7", "acct7"].map((account_id) => ({
        account_id,
        seen_in: "DECISIONS",
      })),
      complete: true,
    });
    const tenant = await put("/kill-switch?tenant_id=acme", tenants, LIFTED);
    expect(tenant.json).not.toHaveProperty("look_alikes");
  });

  it("a stop that is in force is answered so, whether or not look-alikes can be read", async () => {
    const blind = await openAdmin(() => ({
      decisions: {
        find: () => Promise.reject(new Error("unreadable")),
        page: () => Promise.reject(new Error("unreadable")),
      },
    }));
    const { status, json } = await blind.send("PUT", "/kill-switch?account_id=acct_7", {
      key: await blind.newKey("acme", "operator"),
      body: STOP,
    });
    expect(status).toBe(200);
    expect(json.look_alikes).toMatchObject({ accounts: [], complete: false });
    await blind.close();
  });

  it("the configuration in force warns of accounts that look alike, configured or decided on", async () => {
    await open("Real.1");
    const now = new Date().toISOString();
    await recordDecision(admin, aNote("real:1", "invented"), now);
    for (const query of ["", `&action_type=${NOTE}`]) {
      const path = `/config/effective?account_id=real-1${query}`;
      const { json } = await admin.send("GET", path, { key: tenants });
      expect(json.look_alikes.accounts).toEqual([
        { account_id: "real:1", seen_in: "DECISIONS" },
        { account_id: "Real.1", seen_in: "CONFIGURATION" },
      ]);
    }
    const { json } = await admin.send("GET", "/config/effective?account_id=alone", {
      key: tenants,
    });
    expect(json).not.toHaveProperty("look_alikes");
  });
});
