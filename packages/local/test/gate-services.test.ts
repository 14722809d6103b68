import { AutonomyBudgetService } from "@autonomy-gate/core/autonomy/autonomy-budget-service";
import { AutonomyModeService } from "@autonomy-gate/core/autonomy/autonomy-mode-service";
import { PermanentError, TransientError } from "@autonomy-gate/core/errors";
import { ActionType } from "@autonomy-gate/core/ids";
import type { Clock, GateStore } from "@autonomy-gate/core/ports";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noonClock } from "./gate-clocks.ts";
import { type Gate, handle, startGate, type Tenant } from "./gate-fixture.ts";
import { eventBody, message } from "./gate-messages.ts";

const NOTE = ActionType.parse("CREATE_INTERNAL_NOTE");
const TASK = ActionType.parse("CREATE_INTERNAL_TASK");
const AT = "2026-11-22T09:30:00.000Z";

let gate: Gate;
beforeAll(async () => {
  gate = await startGate();
});
afterAll(() => gate.close());

function services(clock: Clock = noonClock()) {
  const ports = gate.services(clock);
  return {
    modes: new AutonomyModeService(ports),
    budgets: new AutonomyBudgetService(ports),
    ports,
  };
}

function modeConfig(tenant: Tenant, more: object = {}) {
  return {
    ...tenant.account("acct"),
    mode: "AUTO_EXECUTE",
    updated_at: AT,
    updated_by: "ops@acme",
    policy_version: "AutonomyModeConfigV1",
    ...more,
  } as const;
}

describe("AutonomyModeService", () => {
  test("puts and gets a mode, level above level", async () => {
    const tenant = gate.tenant();
    const { modes } = services();
    const { tenant_id, account_id } = tenant.account("acct");
    const mode = () => modes.getMode(tenant_id, account_id, NOTE);
    expect(await mode()).toBe("APPROVAL_REQUIRED");
    await modes.putConfig({ tenant_id, mode: "PROPOSE_ONLY", updated_at: AT, policy_version: "v" });
    expect(await mode()).toBe("PROPOSE_ONLY");
    await modes.putConfig(modeConfig(tenant));
    expect(await mode()).toBe("AUTO_EXECUTE");
    await modes.putConfig(modeConfig(tenant, { action_type: NOTE, mode: "DISABLED" }));
    expect(await mode()).toBe("DISABLED");
    expect(await modes.resolve(tenant_id, account_id, TASK)).toEqual({
      mode: "AUTO_EXECUTE",
      source: "ACCOUNT_DEFAULT",
    });
  });

  test("MODE-4: answers APPROVAL_REQUIRED where garbage is stored, and refuses to store any", async () => {
    const tenant = gate.tenant();
    const { modes } = services();
    const { tenant_id, account_id } = tenant.account("acct");
    await tenant.put("AUTONOMY#DEFAULT", { mode: "AUTO_EXECUTE" });
    await tenant.put("AUTONOMY#DEFAULT", { mode: "YOLO" }, "acct");
    expect(await modes.getMode(tenant_id, account_id, NOTE)).toBe("APPROVAL_REQUIRED");
    const stored = JSON.stringify(modeConfig(tenant, { mode: "YOLO" }));
    await expect(modes.putConfig(JSON.parse(stored))).rejects.toThrow("mode");
  });

  test("MODE-5: a change has an audit entry that says who, what, before and after", async () => {
    const tenant = gate.tenant();
    const { modes } = services();
    await modes.putConfig(modeConfig(tenant));
    await modes.putConfig(modeConfig(tenant, { mode: "DISABLED", updated_by: "second" }));
    expect(await tenant.audit()).toMatchObject([
      { actor: "ops@acme", action: "putConfig", before: null, after: { mode: "AUTO_EXECUTE" } },
      { actor: "second", before: { mode: "AUTO_EXECUTE" }, after: { mode: "DISABLED" } },
    ]);
  });

  test("MODE-5: of changes at the same time one wins and the others are told; none is lost", async () => {
    const tenant = gate.tenant();
    const { modes } = services();
    const writers = Array.from({ length: 6 }, (_, i) => `writer_${i}`);
    const answers = await Promise.allSettled(
      writers.map((updated_by) => modes.putConfig(modeConfig(tenant, { updated_by }))),
    );
    const won = answers.filter(({ status }) => status === "fulfilled").length;
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(PermanentError);
    }
    expect(won).toBeGreaterThanOrEqual(1);
    expect(await tenant.audit()).toHaveLength(won);
  });

  test("MODE-6: lists all modes of a scope, and nothing else that is stored there", async () => {
    const tenant = gate.tenant();
    const { modes } = services();
    const { tenant_id, account_id } = tenant.account("acct");
    await tenant.allow();
    await tenant.remove("AUTONOMY#DEFAULT");
    await modes.putConfig({ tenant_id, mode: "PROPOSE_ONLY", updated_at: AT, policy_version: "v" });
    await modes.putConfig({
      tenant_id,
      action_type: NOTE,
      mode: "DISABLED",
      updated_at: AT,
      policy_version: "v",
    });
    expect(
      (await modes.listConfigs(tenant_id)).map(({ action_type, mode }) => [action_type, mode]),
    ).toEqual([
      [NOTE, "DISABLED"],
      [undefined, "PROPOSE_ONLY"],
    ]);
    expect(await modes.listConfigs(tenant_id, account_id)).toEqual([]);
  });

  test("an account's change raises its fence twice, a tenant's none", async () => {
    const tenant = gate.tenant();
    const { modes } = services();
    const { tenant_id } = tenant.account("acct");
    await modes.putConfig({ tenant_id, mode: "PROPOSE_ONLY", updated_at: AT, policy_version: "v" });
    expect(await tenant.state()).toBeUndefined();
    await modes.putConfig(modeConfig(tenant));
    expect(await tenant.state()).toMatchObject({ fence: 2 });
  });

  test("the fence leaves what was spent as it was, and spending leaves the fence", async () => {
    const tenant = gate.tenant();
    const { modes } = services();
    await tenant.allow();
    const handler = gate.handler();
    await handle(handler, [message(eventBody(tenant.data("ai_1")))]);
    await modes.putConfig(modeConfig(tenant));
    await handle(handler, [message(eventBody(tenant.data("ai_2")))]);
    expect(await tenant.state()).toMatchObject({ count: 2, fence: 2 });
  });

  test("a first claim on an account that has a fence and no day opens the day and keeps the fence", async () => {
    const tenant = gate.tenant();
    const { modes } = services();
    await tenant.allow();
    await modes.putConfig(modeConfig(tenant));
    await handle(gate.handler(), [message(eventBody(tenant.data("ai_1")))]);
    expect(await tenant.state()).toMatchObject({ count: 1, fence: 2 });
  });

  test("after a stop of an account was answered nothing automatic commits, whatever was under way", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 1_000 });
    const { modes } = services();
    const handlers = Array.from({ length: 4 }, () => gate.handler());
    let stopped = false;
    const workers = handlers.map(async (handler, worker) => {
      for (let i = 0; !stopped; i++) {
        await handle(handler, [message(eventBody(tenant.data(`w${worker}_${i}`)))]);
      }
    });
    await modes.putConfig(modeConfig(tenant, { mode: "DISABLED" }));
    const countAtAnswer = (await tenant.state())?.count;
    await handle(gate.handler(), [message(eventBody(tenant.data("afterwards")))]);
    stopped = true;
    await Promise.all(workers);
    expect((await tenant.state())?.count).toBe(countAtAnswer);
    expect((await tenant.decisions()).get("afterwards")?.decision).toBe("BLOCK");
  });
});

describe("AutonomyBudgetService", () => {
  test("puts and gets a budget: the account's own, else the tenant's, else none", async () => {
    const tenant = gate.tenant();
    const { budgets } = services();
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
    expect(await tenant.audit()).toHaveLength(2);
    expect(await tenant.state()).toMatchObject({ fence: 2 });
  });

  test.each([0, 1, 5, 37])("BUD-1: 64 callers at once get exactly %i units", async (limit) => {
    const tenant = gate.tenant();
    const { tenant_id, account_id } = tenant.account("acct");
    await tenant.allow({ max_autonomous_per_day: limit });
    const callers = Array.from({ length: 8 }, () => services().budgets);
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) => consume(callers[i % 8], tenant, i % 2 ? NOTE : TASK)),
    );
    expect(answers.filter(Boolean)).toHaveLength(limit);
    const state = await tenant.state();
    expect(state?.count ?? 0).toBe(limit);
    expect(Number(state?.[`count#${NOTE}`] ?? 0) + Number(state?.[`count#${TASK}`] ?? 0)).toBe(
      limit,
    );
    const { budgets } = services();
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(false);
    expect(await tenant.state()).toEqual(state);
  });

  test("BUD-1, BUD-4: an answer of false changes no count, whichever limit refused", async () => {
    const tenant = gate.tenant();
    const { budgets } = services();
    const { tenant_id, account_id } = tenant.account("acct");
    await tenant.allow({
      max_autonomous_per_day: 3,
      max_per_action_type: { CREATE_INTERNAL_NOTE: 1 },
    });
    const answers = [];
    for (const type of [NOTE, NOTE, NOTE, TASK, NOTE, TASK, TASK, NOTE]) {
      const before = await tenant.state();
      const answer = await budgets.checkAndConsume(tenant_id, account_id, type);
      if (!answer) expect(await tenant.state()).toEqual(before);
      answers.push(answer);
    }
    expect(answers).toEqual([true, false, false, true, false, true, false, false]);
    expect(await tenant.state()).toMatchObject({
      count: 3,
      [`count#${NOTE}`]: 1,
      [`count#${TASK}`]: 2,
    });
  });

  test("BUD-2, BUD-5: no budget, a cap of 0 and a corrupt budget all answer false", async () => {
    const tenant = gate.tenant();
    const { budgets } = services();
    const { tenant_id, account_id } = tenant.account("acct");
    const consumeOne = () => budgets.checkAndConsume(tenant_id, account_id, NOTE);
    expect(await consumeOne()).toBe(false);
    await tenant.put("BUDGET#CONFIG", {
      max_autonomous_per_day: 5,
      max_per_action_type: { [NOTE]: 0 },
    });
    expect(await consumeOne()).toBe(false);
    await tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: "5" });
    expect(await consumeOne()).toBe(false);
    expect(await tenant.state()).toBeUndefined();
  });

  test("does not guess when the answer was lost: it throws, and the unit may be spent", async () => {
    const tenant = gate.tenant();
    const { ports } = services();
    const { tenant_id, account_id } = tenant.account("acct");
    await tenant.allow();
    const deaf: GateStore = {
      ...ports.gate,
      recordClaims: async (records, writes) => {
        await ports.gate.recordClaims(records, writes);
        throw new TransientError("UNAVAILABLE", "The answer was lost.");
      },
    };
    const budgets = new AutonomyBudgetService({ ...ports, gate: deaf });
    await expect(budgets.checkAndConsume(tenant_id, account_id, NOTE)).rejects.toThrow(
      TransientError,
    );
    expect(await tenant.state()).toMatchObject({ count: 1 });
  });

  test("consumes nothing on facts from before its machine was suspended", async () => {
    const tenant = gate.tenant();
    const { tenant_id, account_id } = tenant.account("acct");
    await tenant.allow();
    let readings = 0;
    const clock: Clock = {
      ...noonClock(),
      elapsedMs: () => 0,
      // An hour passes after the read was found fast enough, and only this clock tells.
      epochMs: () => Date.parse(AT) + (readings++ < 2 ? 0 : 3_600_000),
    };
    const { ports } = services(clock);
    const changedSince: GateStore = {
      ...ports.gate,
      readFacts: async (requests) => {
        const replies = await ports.gate.readFacts(requests);
        await tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: 0 });
        return replies;
      },
    };
    const budgets = new AutonomyBudgetService({ ...ports, gate: changedSince });
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(false);
    expect(await tenant.state()).toBeUndefined();
  });

  test("shares its counts with the consumer", async () => {
    const tenant = gate.tenant();
    const { budgets } = services();
    const { tenant_id, account_id } = tenant.account("acct");
    await tenant.allow({ max_autonomous_per_day: 2 });
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(true);
    const ids = ["ai_1", "ai_2"];
    await handle(
      gate.handler(),
      ids.map((id) => message(eventBody(tenant.data(id)))),
    );
    const decisions = [...(await tenant.decisions()).values()].map(({ decision }) => decision);
    expect(decisions.sort()).toEqual(["AUTO_EXECUTE", "REQUIRE_APPROVAL"]);
    expect(await budgets.checkAndConsume(tenant_id, account_id, NOTE)).toBe(false);
  });
});

function consume(budgets: AutonomyBudgetService | undefined, tenant: Tenant, type: ActionType) {
  const { tenant_id, account_id } = tenant.account("acct");
  if (budgets === undefined) throw new TypeError("There is a service for each caller.");
  return budgets.checkAndConsume(tenant_id, account_id, type);
}
