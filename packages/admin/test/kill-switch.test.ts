import { systemClock } from "@autonomy-gate/core/adapters";
import { budgetWritesOf, positionNow } from "@autonomy-gate/core/budget";
import { calendarAt } from "@autonomy-gate/core/day";
import { decide } from "@autonomy-gate/core/gate";
import { ActionIntentV1 } from "@autonomy-gate/core/intent";
import { gateStore } from "@autonomy-gate/core/store";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote } from "./decided.ts";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

const STOP = { engaged: true, effect: "BLOCK", reason: "Incident 7" };

describe("kill switch", () => {
  let admin: TestAdmin;
  let operator: string;
  let platform: string;
  let configurer: string;
  beforeAll(async () => {
    admin = await openAdmin();
    operator = await admin.newKey("acme", "operator");
    configurer = await admin.newKey("acme", "admin");
    platform = await admin.newKey("*", "admin");
  });
  afterAll(() => admin.close());

  const put = (body: object, path = "/kill-switch?tenant_id=acme&account_id=a1", key = operator) =>
    admin.send("PUT", path, { key, body });

  it("KILL-1 KILL-2 takes strict booleans, effects and lists only", async () => {
    for (const wrong of [
      { engaged: "false" },
      { engaged: "true" },
      { engaged: 0 },
      { engaged: null },
      { execution_enabled: false },
      { effect: "STOP" },
      { effect: undefined },
      { reason: "" },
      { reason: "   " },
      { reason: "x".repeat(257) },
      { reason: "\ud800" },
      { action_types: "CREATE_INTERNAL_NOTE" },
      { action_types: [] },
      { action_types: ["DEFAULT"] },
      { action_types: Array.from({ length: 101 }, (_, i) => `TYPE_${i}`) },
      { expires_at: "tomorrow" },
      { expires_at: "2020-01-01T00:00:00Z" },
    ]) {
      const reply = await put({ ...STOP, ...wrong });
      expect(reply, JSON.stringify(wrong)).toMatchObject({
        status: 400,
        json: { code: "VALIDATION" },
      });
    }
    const { json } = await admin.send("GET", "/kill-switch?account_id=a1", { key: operator });
    expect(json).toEqual({ kill_switch: null, effective: [] });
  });

  it("KILL-3 shows every scope that applies, widest first, whoever asks", async () => {
    await put(
      { ...STOP, effect: "REQUIRE_APPROVAL", reason: "Everyone" },
      "/kill-switch",
      platform,
    );
    await put(
      { ...STOP, reason: "Tenant", action_types: ["X_TYPE"] },
      "/kill-switch?tenant_id=acme",
    );
    const { json } = await put(STOP, "/kill-switch?tenant_id=acme&account_id=scopes");
    expect(json.effective).toEqual([
      { scope: "GLOBAL", owner: "PLATFORM", effect: "REQUIRE_APPROVAL", reason: "Everyone" },
      {
        scope: "TENANT",
        owner: "TENANT",
        effect: "BLOCK",
        reason: "Tenant",
        action_types: ["X_TYPE"],
      },
      { scope: "ACCOUNT", owner: "TENANT", effect: "BLOCK", reason: "Incident 7" },
    ]);
    const off = { ...STOP, engaged: false, reason: "Over" };
    await put(off, "/kill-switch", platform);
    await put(off, "/kill-switch?tenant_id=acme");
    const after = await put(off, "/kill-switch?tenant_id=acme&account_id=scopes");
    expect(after.json).toMatchObject({ kill_switch: { engaged: false }, effective: [] });
  });

  it("KILL-4 a switch is on only where it was set: none is made for a tenant by looking", async () => {
    const before = await admin.send("GET", "/kill-switch?tenant_id=nobody", { key: platform });
    expect(before.json).toEqual({ kill_switch: null, effective: [] });
    const again = await admin.send("GET", "/audit?tenant_id=nobody", { key: platform });
    expect(again.json.entries).toEqual([]);
  });

  it("KILL-5 records actor, reason, time and expiry, with its audit entry", async () => {
    const expires_at = "2099-01-01T00:00:00.000Z";
    const { json } = await put({ ...STOP, expires_at }, "/kill-switch?account_id=audited");
    expect(json.kill_switch).toMatchObject({ reason: "Incident 7", expires_at });
    expect(json.kill_switch.updated_by).toMatch(/^key:/);
    const audit = await admin.send("GET", "/audit?tenant_id=acme&limit=1", { key: operator });
    expect(audit.json.entries).toMatchObject([
      {
        action: "PUT /kill-switch",
        account_id: "audited",
        object: "KILL_SWITCH",
        before: null,
        after: { engaged: true, reason: "Incident 7" },
        actor: json.kill_switch.updated_by,
      },
    ]);
  });

  it("shows a switch that has expired, and does not count it", async () => {
    const pk = "TENANT#acme#ACCOUNT#expired";
    const Item = { pk, sk: "KILL_SWITCH", ...STOP, expires_at: "2020-01-01T00:00:00.000Z" };
    await admin.doc.send(new PutCommand({ TableName: TABLES.config, Item }));
    const { json } = await admin.send("GET", "/kill-switch?account_id=expired", { key: operator });
    expect(json).toMatchObject({
      kill_switch: { engaged: true, reason: "Incident 7" },
      effective: [],
    });
  });

  it("shows a stored switch as it is, longer though it may be than the API takes", async () => {
    const stored = {
      ...STOP,
      reason: "x".repeat(257),
      action_types: Array.from({ length: 101 }, (_, i) => `TYPE_${i}`),
    };
    const Item = { pk: "TENANT#acme#ACCOUNT#long", sk: "KILL_SWITCH", ...stored, updated_at: "" };
    await admin.doc.send(new PutCommand({ TableName: TABLES.config, Item }));
    const { json } = await admin.send("GET", "/kill-switch?account_id=long", { key: operator });
    expect(json).toMatchObject({ kill_switch: stored });
    const { effect, reason, action_types } = stored;
    expect(json.effective).toEqual([
      { scope: "ACCOUNT", owner: "TENANT", effect, reason, action_types },
    ]);
  });

  it("shows a corrupt stored switch as engaged", async () => {
    const pk = "TENANT#acme#ACCOUNT#corrupt";
    const Item = { pk, sk: "KILL_SWITCH", engaged: "false", effect: "BLOCK" };
    await admin.doc.send(new PutCommand({ TableName: TABLES.config, Item }));
    const { json } = await admin.send("GET", "/kill-switch?account_id=corrupt", { key: operator });
    expect(json).toMatchObject({
      kill_switch: { engaged: true, unreadable: true },
      effective: [{ scope: "ACCOUNT", owner: "TENANT", effect: "BLOCK", unreadable: true }],
    });
  });

  it("says how long it may take where the fence does not reach", async () => {
    const account = await put(STOP, "/kill-switch?account_id=bound");
    const tenant = await put({ ...STOP, engaged: false }, "/kill-switch?tenant_id=acme");
    const global = await put({ ...STOP, engaged: false }, "/kill-switch", platform);
    expect(account.json.takes_hold.within_seconds).toBe(0);
    expect(tenant.json.takes_hold.within_seconds).toBe(3);
    expect(global.json.takes_hold.within_seconds).toBe(3);
  });

  it("KILL-6 after it answers for an account, a claim on the facts before it cannot commit", async () => {
    const clock = systemClock();
    const real = await openAdmin((ports) => ({ clock: { ...ports.clock, sleep: clock.sleep } }));
    const key = await real.newKey("acme", "admin");
    const send = (method: string, path: string, body: object) =>
      real.send(method, path, { key, body });
    await send("PUT", "/config", { account_id: "k6", mode: "AUTO_EXECUTE" });
    await send("PUT", "/budget", { account_id: "k6", max_autonomous_per_day: 5 });
    const intent = ActionIntentV1.parse(aNote("k6", "i1"));
    const store = gateStore(real.table);
    const [read] = (await store.readFacts([intent])).replies;
    if (read?.facts === undefined) return expect.unreachable();
    const calendar = calendarAt(Date.now());
    const proposal = decide(intent, { ...read.facts, calendar });
    const position = positionNow(read.facts.budgetState, "UTC", calendar);
    if (proposal.kind === "held" || position === undefined) return expect.unreachable();
    await send("PUT", "/kill-switch", { account_id: "k6", ...STOP });
    const writes = budgetWritesOf(intent, position, [proposal], calendar.instant);
    expect(await store.recordClaims([], writes)).toMatchObject({ status: "refused" });
    const simulated = await send("POST", "/simulate", { intent: aNote("k6", "i1") });
    expect(simulated.json).toMatchObject({ decision: "BLOCK", reason: "KILL_SWITCH" });
    await real.close();
  });

  it.each(["\u200B", " \u2800 ", "\u202E\u2066"])(
    "OUT-14: a reason of nothing that can be seen is 400: %j",
    async (reason) => {
      const reply = await put({ ...STOP, reason });
      expect(reply.status).toBe(400);
      expect(reply.json.issues[0].path).toBe("body.reason");
    },
  );

  it("OUT-14: a reason that hides or turns text is shown as it is in the explanation", async () => {
    const account_id = "hidden";
    const reason = 'wrong "data"\u202E';
    await put({ ...STOP, reason }, `/kill-switch?account_id=${account_id}`);
    const body = { intent: aNote(account_id, "i1") };
    const { json } = await admin.send("POST", "/simulate", { key: configurer, body });
    expect(json.explanation).toContain('is engaged ("wrong \\"data\\"⟨U+202E⟩").');
  });

  it("an operator stops things and configures nothing", async () => {
    expect((await put(STOP, "/kill-switch?account_id=op")).status).toBe(200);
    const body = { mode: "DISABLED" };
    expect((await admin.send("PUT", "/config", { key: operator, body })).status).toBe(403);
    expect((await admin.send("PUT", "/config", { key: configurer, body })).status).toBe(200);
  });
});
