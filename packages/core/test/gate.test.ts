import { NumberValueImpl } from "@aws-sdk/util-dynamodb";
import { beforeEach, describe, expect, test } from "vitest";
import { PermanentError } from "../src/errors.ts";
import { type IntentData, type MemoryGate, openGate, type Tenant } from "./memory-gate.ts";
import { virtualClock } from "./virtual-clock.ts";

let gate: MemoryGate;
let tenant: Tenant;
beforeEach(() => {
  gate = openGate(virtualClock("2026-11-22T09:30:00.000Z"));
  tenant = gate.tenant();
});

/** What is recorded about one intent that is handed over now. */
async function decided(id: string, more: IntentData = {}) {
  await gate.decider().decide(tenant.data(id, more));
  const record = tenant.decisions().get(id);
  if (record === undefined) throw new TypeError(`No decision on ${id}.`);
  return record;
}

test("an intent that may run by itself is recorded with all that explains it, and costs a unit", async () => {
  tenant.allow({ max_autonomous_per_day: 3 });
  expect(await decided("ai_1")).toMatchObject({
    decision: "AUTO_EXECUTE",
    reason: "POLICY_ALLOWED",
    mode_source: "TENANT_DEFAULT",
    auto_executed: true,
    approval_source: "POLICY",
    budget: { limit: 3, limited_by: "DAY" },
    decided_at: "2026-11-22T09:30:00.000Z",
  });
  expect(tenant.state()).toMatchObject({ count: 1, "count#CREATE_INTERNAL_NOTE": 1 });
});

test("GATE-4: a kill switch holds everything and spends nothing", async () => {
  tenant.allow();
  tenant.put("KILL_SWITCH", { engaged: true, effect: "REQUIRE_APPROVAL", reason: "drill" });
  expect(await decided("ai_1")).toMatchObject({
    decision: "REQUIRE_APPROVAL",
    reason: "KILL_SWITCH",
  });
  tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" }, "acct");
  expect(await decided("ai_2")).toMatchObject({
    decision: "BLOCK",
    reason: "KILL_SWITCH",
    executable_after_approval: false,
  });
  expect(tenant.state()).toBeUndefined();
});

test("GATE-5: an expired intent is blocked and spends nothing", async () => {
  tenant.allow();
  const record = await decided("ai_1", { expires_at: "2026-11-22T09:30:00.000Z" });
  expect(record).toMatchObject({ decision: "BLOCK", reason: "INTENT_EXPIRED" });
  expect(tenant.state()).toBeUndefined();
});

test("GATE-6: a disabled action is blocked for good, not offered for approval", async () => {
  tenant.allow();
  tenant.put("AUTONOMY#CREATE_INTERNAL_NOTE", { mode: "DISABLED" });
  expect(await decided("ai_1")).toMatchObject({
    decision: "BLOCK",
    executable_after_approval: false,
  });
});

test("GATE-12: decisions that need a person are recorded too, with all that explains them", async () => {
  expect(await decided("ai_1", { confidence_score: 0.699 })).toMatchObject({
    decision: "REQUIRE_APPROVAL",
    reason: "MODE_NOT_CONFIGURED",
    reasons: [{ reason: "MODE_NOT_CONFIGURED" }, { reason: "CONFIDENCE_BELOW_THRESHOLD" }],
    policy_version: "AutoApprovalPolicyV1",
    facts: { confidence_score: 0.699, min_confidence: 0.7 },
  });
});

test("GATE-12: the record holds the facts and the fingerprint, and none of the parameters", async () => {
  const record = await decided("ai_1", { parameters: { text: "canary-4711" } });
  expect(JSON.stringify(record)).not.toContain("canary-4711");
  expect(record.fingerprint).toHaveLength(43);
});

test("GATE-16: a tenant in the payload is the tenant that is decided for, and no other", async () => {
  const theirs = gate.tenant();
  theirs.allow();
  const record = await decided("ai_1", { target: { tenant_id: theirs.id } });
  expect(record.decision).toBe("REQUIRE_APPROVAL");
  expect(theirs.decisions().size).toBe(0);
  expect(theirs.state()).toBeUndefined();
});

test("GATE-15: one decision reads the keys of its own tenant and the global ones", async () => {
  const decider = gate.decider();
  await decider.decide(tenant.data("ai_1"));
  const [read] = decider.trips.filter(({ operation }) => operation === "batchGet");
  const keys = [...JSON.stringify(read?.input).matchAll(/"pk":"([^"]+)"/g)].map(([, pk]) => pk);
  expect(new Set(keys)).toEqual(
    new Set(["GLOBAL", `TENANT#${tenant.id}`, `TENANT#${tenant.id}#ACCOUNT#acct`]),
  );
});

describe("modes", () => {
  test("MODE-2: the tenant's mode for the type stands above the account's default, as specified, and the account's kill switch above both", async () => {
    tenant.allow();
    tenant.put("AUTONOMY#CREATE_INTERNAL_NOTE", { mode: "AUTO_EXECUTE" });
    tenant.put("AUTONOMY#DEFAULT", { mode: "DISABLED" }, "acct");
    expect(await decided("ai_1")).toMatchObject({
      decision: "AUTO_EXECUTE",
      mode_source: "TENANT_ACTION_TYPE",
    });
    tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" }, "acct");
    expect(await decided("ai_2")).toMatchObject({ decision: "BLOCK", reason: "KILL_SWITCH" });
  });

  test("MODE-4: garbage stored for a mode is named, and allows nothing", async () => {
    tenant.allow();
    tenant.put("AUTONOMY#DEFAULT", { mode: "YOLO" }, "acct");
    expect(await decided("ai_1")).toMatchObject({
      decision: "REQUIRE_APPROVAL",
      reason: "UNKNOWN_MODE",
      autonomy_mode: null,
      mode_source: "ACCOUNT_DEFAULT",
    });
  });

  test("ALLOW-1: an account can be denied everything although its tenant is not", async () => {
    tenant.allow();
    tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: 0 }, "acct");
    expect((await decided("ai_1")).reason).toBe("BUDGET_EXHAUSTED");
  });
});

describe("what is configured for all", () => {
  const global = (sk: string, item: object) =>
    gate.table.set({ table: "config", pk: "GLOBAL", sk }, { ...item });

  test("is the last level of modes", async () => {
    global("AUTONOMY#DEFAULT", { mode: "AUTO_EXECUTE" });
    tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: 1 });
    expect(await decided("ai_1")).toMatchObject({
      auto_executed: true,
      mode_source: "GLOBAL_DEFAULT",
    });
  });

  test("stops everyone", async () => {
    tenant.allow();
    global("KILL_SWITCH", { engaged: true, effect: "BLOCK" });
    expect(await decided("ai_1")).toMatchObject({
      reason: "KILL_SWITCH",
      facts: { kill_switches: [{ scope: "GLOBAL" }] },
    });
  });

  test("describes an action type, unless the tenant does", async () => {
    tenant.allow();
    const entry = { min_confidence: 0.7, external_contact: false };
    global("ACTION_TYPE#WIRE_MONEY", { ...entry, risk_tier: "LOW" });
    const wire = { action_type: "WIRE_MONEY" };
    expect((await decided("ai_1", wire)).facts).toMatchObject({ catalogue_source: "GLOBAL" });
    tenant.put("ACTION_TYPE#WIRE_MONEY", { ...entry, risk_tier: "HIGH" });
    expect((await decided("ai_2", wire)).facts).toMatchObject({
      catalogue_source: "TENANT",
      risk_level: "HIGH",
    });
  });

  test.each(["GLOBAL", "TENANT"])(
    "names a policy that the gate does not know, and allows nothing (%s)",
    async (scope) => {
      tenant.allow();
      const item = { policy_version: "AutoApprovalPolicyV9" };
      if (scope === "GLOBAL") global("POLICY#ACTIVE", item);
      else tenant.put("POLICY#ACTIVE", item);
      const record = await decided("ai_1");
      expect(record.reason).toBe("POLICY_ERROR");
      expect(record.explanation).toContain("AutoApprovalPolicyV9");
    },
  );
});

describe("corrupt configuration allows nothing and keeps nothing waiting:", () => {
  test.each([
    ["a mode", "AUTONOMY#DEFAULT", { mode: { S: "AUTO_EXECUTE" } }, "UNKNOWN_MODE"],
    ["a kill switch", "KILL_SWITCH", { engaged: "false", effect: { toString: 1 } }, "KILL_SWITCH"],
    ["a budget", "BUDGET#CONFIG", { max_autonomous_per_day: "5" }, "BUDGET_NOT_CONFIGURED"],
    ["a type's cap", "BUDGET#ACTION_TYPE#CREATE_INTERNAL_NOTE", {}, "BUDGET_NOT_CONFIGURED"],
    [
      "a budget of huge digits",
      "BUDGET#CONFIG",
      { max_autonomous_per_day: NumberValueImpl.from("1e100") },
      "BUDGET_NOT_CONFIGURED",
    ],
  ])("%s", async (_, sk, attributes, reason) => {
    tenant.allow();
    tenant.put(sk, attributes, "acct");
    expect(await decided("ai_1")).toMatchObject({ decision: "REQUIRE_APPROVAL", reason });
  });

  test("a budget state", async () => {
    tenant.allow();
    const corrupt = { date_key: "yesterday", count: "none" };
    tenant.put("BUDGET_STATE#CURRENT", corrupt, "acct", "budgetState");
    expect((await decided("ai_1")).reason).toBe("BUDGET_NOT_CONFIGURED");
    expect(tenant.state()).toMatchObject(corrupt);
  });

  test("a decision: it fails alone, and its unit is not spent", async () => {
    tenant.allow();
    tenant.put("DECISION#broken", { decision: "MAYBE" }, "acct", "ledger");
    const results = await gate
      .decider()
      .decide(...["broken", "good", "good2"].map((id) => tenant.data(id)));
    expect(results.get("broken")).toMatchObject({
      status: "failed",
      error: expect.any(PermanentError),
    });
    expect(results.get("good")?.status).toBe("recorded");
    expect(results.get("good2")?.status).toBe("recorded");
    expect(tenant.state()).toMatchObject({ count: 2 });
  });
});
