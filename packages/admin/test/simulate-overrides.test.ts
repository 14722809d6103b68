import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote, NOTE } from "./decided.ts";
import { type Json, openAdmin, type TestAdmin } from "./open-admin.ts";

const STOP = { engaged: true, effect: "BLOCK", reason: "Incident 7" };
const LIFTED = { ...STOP, engaged: false };
const HIGH = { risk_tier: "HIGH", min_confidence: 0.7, external_contact: false };

describe("overrides of a simulation", () => {
  let admin: TestAdmin;
  let platform: string;
  beforeAll(async () => {
    admin = await openAdmin();
    platform = await admin.newKey("*", "admin");
  });
  afterAll(() => admin.close());

  const put = async (path: string, body: object) => {
    const reply = await admin.send("PUT", path, { key: platform, body });
    expect(reply.status, reply.text).toBe(200);
  };
  /** A tenant whose account `a` may run a note by itself once a day. */
  const openTenant = async (tenant_id: string) => {
    const account = { tenant_id, account_id: "a" };
    await put("/config", { ...account, mode: "AUTO_EXECUTE" });
    await put("/budget", { ...account, max_autonomous_per_day: 1 });
    return account;
  };
  const simulate = (tenant_id: string, overrides?: object) =>
    admin.send("POST", "/simulate", {
      key: platform,
      body: { intent: { ...aNote("a", "i1"), tenant_id }, ...(overrides && { overrides }) },
    });
  const said = ({ decision, reason, facts, budget }: Json) => ({
    decision,
    reason,
    kill_switches: facts?.kill_switches,
    limited_by: budget?.limited_by,
  });

  const bodies = [
    ["budget", { account_id: "a", max_autonomous_per_day: 0 }, "BUDGET_EXHAUSTED"],
    ["budget", { max_autonomous_per_day: 0 }, "POLICY_ALLOWED"],
    [
      "budget",
      { account_id: "a", action_type: NOTE, max_autonomous_per_day: 0 },
      "BUDGET_EXHAUSTED",
    ],
    ["kill_switch", { account_id: "a", ...STOP }, "KILL_SWITCH"],
    ["kill_switch", STOP, "KILL_SWITCH"],
    ["kill_switch", { account_id: "a", ...LIFTED }, "POLICY_ALLOWED"],
    ["action_type", { action_type: NOTE, ...HIGH }, "RISK_LEVEL_HIGH"],
  ] as const;
  const paths = { budget: "/budget", kill_switch: "/kill-switch", action_type: "/action-types" };

  for (const [index, [name, rest, reason]] of bodies.entries()) {
    it(`say what the gate would after a PUT of the same body: ${name} ${JSON.stringify(rest)}`, async () => {
      const tenant_id = `t${index}`;
      await openTenant(tenant_id);
      const body = { tenant_id, ...rest };
      const simulated = await simulate(tenant_id, { [name]: body });
      expect(simulated, simulated.text).toMatchObject({ status: 200, json: { reason } });
      await put(paths[name], body);
      expect(said(simulated.json)).toEqual(said((await simulate(tenant_id)).json));
    });
  }

  it("leave a tenant's kill switch where they name the account's, and lift all where they name none", async () => {
    const account = await openTenant("stopped");
    await put("/kill-switch", { tenant_id: "stopped", ...STOP });
    const lifted = async (kill_switch: object) =>
      (await simulate("stopped", { kill_switch })).json.reason;
    expect(await lifted({ ...account, ...LIFTED })).toBe("KILL_SWITCH");
    expect(await lifted({ tenant_id: "stopped", ...LIFTED })).toBe("POLICY_ALLOWED");
    for (const all of [LIFTED, { engaged: false }]) {
      expect(await lifted(all)).toBe("POLICY_ALLOWED");
    }
  });

  it("are refused where they name anybody or anything else than the intent does", async () => {
    await openTenant("acme");
    const viewer = await admin.newKey("acme", "viewer");
    const status = async (overrides: object, key: string) => {
      const body = { intent: aNote("a", "i1"), overrides };
      return (await admin.send("POST", "/simulate", { key, body })).status;
    };
    for (const [name, rest] of bodies) {
      const override = { ...rest, tenant_id: "other" };
      expect(await status({ [name]: override }, platform), name).toBe(400);
      expect(await status({ [name]: override }, viewer), name).toBe(403);
      expect(await status({ [name]: { ...override, pk: "x" } }, viewer), name).toBe(403);
    }
    for (const overrides of [
      { budget: { account_id: "b", max_autonomous_per_day: 1 } },
      { budget: { action_type: "OTHER", max_autonomous_per_day: 1 } },
      { budget: { action_type: NOTE, max_autonomous_per_day: 1, timezone: "UTC" } },
      { kill_switch: { account_id: "b", ...STOP } },
      { kill_switch: { engaged: true, reason: "No effect" } },
      { kill_switch: { ...LIFTED, updated_by: "x" } },
      { action_type: { action_type: "OTHER", ...HIGH } },
      { action_type: { account_id: "a", ...HIGH } },
    ]) {
      expect(await status(overrides, viewer), JSON.stringify(overrides)).toBe(400);
    }
  });
});
