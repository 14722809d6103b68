import { beforeEach, describe, expect, test } from "vitest";
import { type MemoryGate, openGate, type Tenant } from "../../test/memory-gate.ts";
import { PermanentError } from "../errors.ts";
import { AutonomyBudgetService } from "./autonomy-budget-service.ts";
import { AutonomyModeService } from "./autonomy-mode-service.ts";

const NOTE = "CREATE_INTERNAL_NOTE";
const AT = "2026-11-22T09:30:00.000Z";

let gate: MemoryGate;
let modes: AutonomyModeService;
let budgets: AutonomyBudgetService;
beforeEach(() => {
  gate = openGate();
  const ports = gate.services();
  modes = new AutonomyModeService(ports);
  budgets = new AutonomyBudgetService(ports);
});

/** Every method that takes ids as plain text. */
function calls(tenantId: string, accountId: string, actionType: string) {
  const ids = { tenant_id: tenantId, account_id: accountId };
  return {
    checkAndConsume: () => budgets.checkAndConsume(tenantId, accountId, actionType),
    getConfig: () => budgets.getConfig(tenantId, accountId),
    putBudget: () => budgets.putConfig({ ...ids, max_autonomous_per_day: 5, updated_at: AT }),
    getMode: () => modes.getMode(tenantId, accountId, actionType),
    resolve: () => modes.resolve(tenantId, accountId, actionType),
    listConfigs: () => modes.listConfigs(tenantId, accountId),
    putMode: () =>
      modes.putConfig({ ...ids, action_type: actionType, mode: "AUTO_EXECUTE", updated_at: AT }),
  };
}

function everything(tenant: Tenant): unknown {
  return [tenant.states("acct"), tenant.states("other"), tenant.audit()];
}

describe("a text that is no id", () => {
  const tenantAsAccount = (tenant: Tenant) => calls(`${tenant.id}#ACCOUNT#other`, "acct", NOTE);
  const accountWithHash = (tenant: Tenant) => calls(tenant.id, "acct#x", NOTE);
  const noText = (tenant: Tenant) => calls(tenant.id, JSON.parse("7"), NOTE);
  const lowerCase = (tenant: Tenant) => calls(tenant.id, "acct", "create_note");
  const rowOfAll = (tenant: Tenant) => calls(tenant.id, "acct", "DEFAULT");

  test.each([
    ["a tenant that is another's account", tenantAsAccount, /tenantId|tenant_id/, "#ACCOUNT#"],
    ["an account with a #", accountWithHash, /accountId|account_id/, "acct#x"],
    ["an account that is a number", noText, /accountId|account_id/, "number"],
    ["an action type in lower case", lowerCase, /actionType|action_type/, "create_note"],
    ["the row of all types", rowOfAll, /actionType|action_type/, "DEFAULT"],
  ])("is refused by its name: %s; nothing is read or written", async (_, callsOn, name, found) => {
    const tenant = gate.tenant();
    tenant.allow();
    const before = everything(tenant);
    const concerned = Object.entries(callsOn(tenant)).filter(
      ([method]) => !name.test("actionType") || !/Config|Budget/.test(method),
    );
    expect(concerned.length).toBeGreaterThan(2);
    for (const [method, call] of concerned) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      if (!(error instanceof PermanentError)) return expect.unreachable(`${method}: ${error}`);
      expect(error.message).toMatch(name);
      if (!method.startsWith("put")) expect(error.message).toContain(found);
    }
    expect(everything(tenant)).toEqual(before);
  });

  test("that others counted does not keep the account from its budget, nor add to it", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 2, max_per_action_type: { [NOTE]: 2 } });
    const item = { date_key: "2026-11-22", count: 1, "count#create_note": 1 };
    tenant.put("BUDGET_STATE#CURRENT", item, "acct", "budgetState");
    expect(await budgets.checkAndConsume(tenant.id, "acct", NOTE)).toBe(true);
    expect(await budgets.checkAndConsume(tenant.id, "acct", NOTE)).toBe(false);
    expect(tenant.state()).toMatchObject({ count: 2, [`count#${NOTE}`]: 1 });
  });
});

describe("items that others wrote", () => {
  test("are listed by their keys, however little they say; what is no mode is left out", async () => {
    const tenant = gate.tenant();
    const said = { updated_by: "ops", updated_at: AT, policy_version: "v" };
    const lies = { tenant_id: "t", account_id: "x", action_type: "LIE" };
    tenant.put("AUTONOMY#DEFAULT", { mode: "DISABLED", ...lies }, "acct");
    tenant.put("AUTONOMY#A_TYPE", { mode: "PROPOSE_ONLY", ...said }, "acct");
    tenant.put("AUTONOMY#B_TYPE", { mode: "YOLO", ...said }, "acct");
    tenant.put("AUTONOMY#C_TYPE", { mode: "DISABLED", updated_at: "", updated_by: 7 }, "acct");
    tenant.put("AUTONOMY#d_type", { mode: "DISABLED" }, "acct");
    const ids = tenant.account("acct");
    const policy_version = "AutonomyModeConfigV1";
    expect(await modes.listConfigs(tenant.id, "acct")).toEqual([
      { ...ids, action_type: "A_TYPE", mode: "PROPOSE_ONLY", ...said },
      { ...ids, action_type: "C_TYPE", mode: "DISABLED", policy_version },
      { ...ids, mode: "DISABLED", policy_version },
    ]);
    expect(await modes.resolve(tenant.id, "acct", "B_TYPE")).toMatchObject({
      mode: null,
      source: "ACCOUNT_ACTION_TYPE",
    });
  });

  test("are listed to the last page", async () => {
    const tenant = gate.tenant();
    const types = Array.from({ length: 120 }, (_, i) => `T${1_000 + i}`);
    for (const type of types) tenant.put(`AUTONOMY#${type}`, { mode: "DISABLED" });
    const listed = await modes.listConfigs(tenant.id);
    expect(listed.map(({ action_type }) => action_type)).toEqual(types);
  });

  test("are a budget once they say how much", async () => {
    const tenant = gate.tenant();
    const terms = { max_autonomous_per_day: 5 };
    tenant.put("BUDGET#CONFIG", { ...terms, tenant_id: "t", updated_at: "2026-01-28" });
    expect(await budgets.getConfig(tenant.id, "acct")).toEqual({ tenant_id: tenant.id, ...terms });
    tenant.put("BUDGET#CONFIG", terms, "acct");
    expect(await budgets.getConfig(tenant.id, "acct")).toEqual({
      ...tenant.account("acct"),
      ...terms,
    });
  });

  test("are no budget otherwise: an error says whose, and the tenant's does not replace it", async () => {
    const tenant = gate.tenant();
    tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: 5 });
    tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: "5" }, "acct");
    const error: unknown = await budgets.getConfig(tenant.id, "acct").catch((thrown) => thrown);
    if (!(error instanceof PermanentError)) return expect.unreachable(String(error));
    expect(error.message).toContain("acct");
    expect(error.message).toContain("max_autonomous_per_day");
  });

  test("may be the largest budget there is, and are spent to their last unit", async () => {
    const tenant = gate.tenant();
    const limit = Number.MAX_SAFE_INTEGER;
    tenant.allow({ max_autonomous_per_day: limit, max_per_action_type: { [NOTE]: limit } });
    const counts = { count: limit - 1, [`count#${NOTE}`]: limit - 1 };
    const item = { ...tenant.account("acct"), date_key: "2026-11-22", ...counts };
    tenant.put("BUDGET_STATE#CURRENT", item, "acct", "budgetState");
    expect(await budgets.checkAndConsume(tenant.id, "acct", NOTE)).toBe(true);
    expect(await budgets.checkAndConsume(tenant.id, "acct", NOTE)).toBe(false);
    expect(tenant.state()).toMatchObject({ count: limit, [`count#${NOTE}`]: limit });
  });
});

test("the audit entry of a change says when in the one form that its readers compare", async () => {
  const tenant = gate.tenant();
  const change = { tenant_id: tenant.id, updated_at: "2026-11-22T10:30+01:00" };
  await modes.putConfig({ ...change, mode: "DISABLED" });
  await budgets.putConfig({ ...change, max_autonomous_per_day: 1 });
  expect(tenant.audit().map(({ at }) => at)).toEqual([AT, AT]);
});
