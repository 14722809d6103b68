import { beforeEach, describe, expect, test } from "vitest";
import { actionType, NOTE } from "../../test/fixtures.ts";
import { type MemoryGate, openGate, type Tenant } from "../../test/memory-gate.ts";
import {
  busyButHeard,
  conflicted,
  type Faults,
  once,
  throttled,
  watch,
  watchedTable,
} from "../../test/watched-table.ts";
import { TransientError } from "../errors.ts";
import type { ActionType } from "../ids.ts";
import type { Clock, GateStore } from "../ports.ts";
import { AutonomyBudgetService } from "./autonomy-budget-service.ts";

const TASK = actionType("CREATE_INTERNAL_TASK");
const AT = "2026-11-22T09:30:00.000Z";

let gate: MemoryGate;
beforeEach(() => {
  gate = openGate();
});

function budgetService(faults: Faults = {}): AutonomyBudgetService {
  return new AutonomyBudgetService(gate.services(watchedTable(gate.table, watch(faults).watched)));
}

describe("AutonomyBudgetService", () => {
  test("puts and gets a budget: the account's own, else the tenant's, else none", async () => {
    const tenant = gate.tenant();
    const budgets = budgetService();
    const { tenant_id, account_id } = tenant.account("acct");
    expect(await budgets.getConfig(tenant_id, account_id)).toBeNull();
    await budgets.putConfig({ tenant_id, max_autonomous_per_day: 9, updated_at: AT });
    expect(await budgets.getConfig(tenant_id, account_id)).toMatchObject({
      max_autonomous_per_day: 9,
    });
    await budgets.putConfig({ tenant_id, account_id, max_autonomous_per_day: 2, updated_at: AT });
    expect(await budgets.getConfig(tenant_id, account_id)).toMatchObject({
      account_id,
      max_autonomous_per_day: 2,
    });
    expect(tenant.audit()).toHaveLength(2);
    expect(tenant.state()).toMatchObject({ fence: 2 });
  });

  test.each([0, 1, 5, 37])("BUD-1: 64 callers at once get exactly %i units", async (limit) => {
    const tenant = gate.tenant();
    const { tenant_id, account_id } = tenant.account("acct");
    tenant.allow({ max_autonomous_per_day: limit });
    const callers = Array.from({ length: 8 }, () => budgetService(busyButHeard(gate.clock)));
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) => consume(callers[i % 8], tenant, i % 2 ? NOTE : TASK)),
    );
    expect(answers.filter(Boolean)).toHaveLength(limit);
    const state = tenant.state();
    expect(state?.count ?? 0).toBe(limit);
    expect(Number(state?.[`count#${NOTE}`] ?? 0) + Number(state?.[`count#${TASK}`] ?? 0)).toBe(
      limit,
    );
    const budgets = budgetService();
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(false);
    expect(tenant.state()).toEqual(state);
  });

  test("BUD-1, BUD-4: an answer of false changes no count, whichever limit refused", async () => {
    const tenant = gate.tenant();
    const budgets = budgetService();
    const { tenant_id, account_id } = tenant.account("acct");
    tenant.allow({
      max_autonomous_per_day: 3,
      max_per_action_type: { CREATE_INTERNAL_NOTE: 1 },
    });
    const answers = [];
    for (const type of [NOTE, NOTE, NOTE, TASK, NOTE, TASK, TASK, NOTE]) {
      const before = tenant.state();
      const answer = await budgets.checkAndConsume(tenant_id, account_id, type);
      if (!answer) expect(tenant.state()).toEqual(before);
      answers.push(answer);
    }
    expect(answers).toEqual([true, false, false, true, false, true, false, false]);
    expect(tenant.state()).toMatchObject({
      count: 3,
      [`count#${NOTE}`]: 1,
      [`count#${TASK}`]: 2,
    });
  });

  test("BUD-2, BUD-5: no budget, a cap of 0 and a corrupt budget all answer false", async () => {
    const tenant = gate.tenant();
    const budgets = budgetService();
    const { tenant_id, account_id } = tenant.account("acct");
    const consumeOne = () => budgets.checkAndConsume(tenant_id, account_id, NOTE);
    expect(await consumeOne()).toBe(false);
    tenant.put("BUDGET#CONFIG", {
      max_autonomous_per_day: 5,
      max_per_action_type: { [NOTE]: 0 },
    });
    expect(await consumeOne()).toBe(false);
    tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: "5" });
    expect(await consumeOne()).toBe(false);
    expect(tenant.state()).toBeUndefined();
  });

  test("does not guess when the reply was lost: it throws, and the unit may be spent", async () => {
    const tenant = gate.tenant();
    const budgets = budgetService(once("after", "transact"));
    const { tenant_id, account_id } = tenant.account();
    tenant.allow();
    await expect(budgets.checkAndConsume(tenant_id, account_id, NOTE)).rejects.toThrow(
      TransientError,
    );
    expect(tenant.state()).toMatchObject({ count: 1 });
  });

  test.each([
    ["met another transaction", conflicted],
    ["was throttled", throttled],
  ])("claims again when the write %s: nothing was consumed", async (_, fault) => {
    const tenant = gate.tenant();
    const budgets = budgetService(once("before", "transact", fault));
    const { tenant_id, account_id } = tenant.account();
    tenant.allow();
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(true);
    expect(tenant.state()).toMatchObject({ count: 1 });
  });

  test("decides on the facts of now when the account was changed meanwhile", async () => {
    const tenant = gate.tenant();
    const { tenant_id, account_id } = tenant.account();
    tenant.allow();
    const other = budgetService();
    const budgets = budgetService({
      before: async (operation, time) => {
        if (operation !== "transact" || time > 1) return;
        await other.putConfig({ tenant_id, account_id, max_autonomous_per_day: 0, updated_at: AT });
      },
    });
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(false);
    expect(tenant.state()).toMatchObject({ fence: 2 });
  });

  test("consumes nothing on facts from before its machine was suspended", async () => {
    const tenant = gate.tenant();
    const { tenant_id, account_id } = tenant.account();
    tenant.allow();
    let readings = 0;
    const clock: Clock = {
      ...gate.clock,
      elapsedMs: () => 0,
      // An hour passes after the read was found fast enough, and only this clock tells.
      epochMs: () => Date.parse(AT) + (readings++ < 2 ? 0 : 3_600_000),
    };
    const ports = gate.services();
    const changedSince: GateStore = {
      ...ports.gate,
      readFacts: async (requests) => {
        const replies = await ports.gate.readFacts(requests);
        tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: 0 });
        return replies;
      },
    };
    const budgets = new AutonomyBudgetService({ ...ports, clock, gate: changedSince });
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(false);
    expect(tenant.state()).toBeUndefined();
  });

  test("gives up after 10 s: a budget that is never free was not consumed", async () => {
    const tenant = gate.tenant();
    const { tenant_id, account_id } = tenant.account();
    tenant.allow();
    const always = (operation: string) => {
      if (operation === "transact") throw conflicted();
    };
    const begun = gate.clock.elapsedMs();
    await expect(
      budgetService({ before: always }).checkAndConsume(tenant_id, account_id, NOTE),
    ).rejects.toThrow(TransientError);
    expect(gate.clock.elapsedMs() - begun).toBeGreaterThan(8_000);
    expect(gate.clock.elapsedMs() - begun).toBeLessThanOrEqual(10_000);
  });

  test("shares its counts with the consumer", async () => {
    const tenant = gate.tenant();
    const budgets = budgetService();
    const { tenant_id, account_id } = tenant.account("acct");
    tenant.allow({ max_autonomous_per_day: 2 });
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(true);
    const ids = ["ai_1", "ai_2"];
    await gate.decider().decide(...ids.map((id) => tenant.data(id)));
    const decisions = [...tenant.decisions().values()].map(({ decision }) => decision);
    expect(decisions.sort()).toEqual(["AUTO_EXECUTE", "REQUIRE_APPROVAL"]);
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(false);
  });
});

function consume(budgets: AutonomyBudgetService | undefined, tenant: Tenant, type: ActionType) {
  const { tenant_id, account_id } = tenant.account("acct");
  if (budgets === undefined) throw new TypeError("There is a service for each caller.");
  return budgets.checkAndConsume(tenant_id, account_id, type);
}
