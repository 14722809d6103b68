import { beforeEach, describe, expect, test } from "vitest";
import { actionType, NOTE } from "../../test/fixtures.ts";
import { type MemoryGate, openGate, type Tenant } from "../../test/memory-gate.ts";
import { busy, type Faults, watch, watchedTable } from "../../test/watched-table.ts";
import { PermanentError } from "../errors.ts";
import { AutonomyModeService } from "./autonomy-mode-service.ts";

const TASK = actionType("CREATE_INTERNAL_TASK");
const AT = "2026-11-22T09:30:00.000Z";

let gate: MemoryGate;
beforeEach(() => {
  gate = openGate();
});

function modeService(faults: Faults = {}): AutonomyModeService {
  return new AutonomyModeService(gate.services(watchedTable(gate.table, watch(faults).watched)));
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
    const modes = modeService();
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
    const modes = modeService();
    const { tenant_id, account_id } = tenant.account("acct");
    tenant.put("AUTONOMY#DEFAULT", { mode: "AUTO_EXECUTE" });
    tenant.put("AUTONOMY#DEFAULT", { mode: "YOLO" }, "acct");
    expect(await modes.getMode(tenant_id, account_id, NOTE)).toBe("APPROVAL_REQUIRED");
    const stored = JSON.stringify(modeConfig(tenant, { mode: "YOLO" }));
    await expect(modes.putConfig(JSON.parse(stored))).rejects.toThrow("mode");
  });

  test("MODE-5: a change has an audit entry that says who, what, before and after", async () => {
    const tenant = gate.tenant();
    const modes = modeService();
    await modes.putConfig(modeConfig(tenant));
    await modes.putConfig(modeConfig(tenant, { mode: "DISABLED", updated_by: "second" }));
    expect(tenant.audit()).toMatchObject([
      { actor: "ops@acme", action: "putConfig", before: null, after: { mode: "AUTO_EXECUTE" } },
      { actor: "second", before: { mode: "AUTO_EXECUTE" }, after: { mode: "DISABLED" } },
    ]);
  });

  test("MODE-5: of changes at the same time one wins and the others are told; none is lost", async () => {
    const tenant = gate.tenant();
    const modes = modeService();
    const writers = Array.from({ length: 6 }, (_, i) => `writer_${i}`);
    const answers = await Promise.allSettled(
      writers.map((updated_by) => modes.putConfig(modeConfig(tenant, { updated_by }))),
    );
    const won = answers.filter(({ status }) => status === "fulfilled").length;
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(PermanentError);
    }
    expect(won).toBeGreaterThanOrEqual(1);
    expect(tenant.audit()).toHaveLength(won);
  });

  test("MODE-6: lists all modes of a scope, and nothing else that is stored there", async () => {
    const tenant = gate.tenant();
    const modes = modeService();
    const { tenant_id, account_id } = tenant.account("acct");
    tenant.allow();
    tenant.remove("AUTONOMY#DEFAULT");
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
    const modes = modeService();
    const { tenant_id } = tenant.account("acct");
    await modes.putConfig({ tenant_id, mode: "PROPOSE_ONLY", updated_at: AT, policy_version: "v" });
    expect(tenant.state()).toBeUndefined();
    await modes.putConfig(modeConfig(tenant));
    expect(tenant.state()).toMatchObject({ fence: 2 });
  });

  test("the fence leaves what was spent as it was, and spending leaves the fence", async () => {
    const tenant = gate.tenant();
    const modes = modeService();
    tenant.allow();
    const { decide } = gate.decider();
    await decide(tenant.data("ai_1"));
    await modes.putConfig(modeConfig(tenant));
    await decide(tenant.data("ai_2"));
    expect(tenant.state()).toMatchObject({ count: 2, fence: 2 });
  });

  test("a first claim on an account that has a fence and no day opens the day and keeps the fence", async () => {
    const tenant = gate.tenant();
    const modes = modeService();
    tenant.allow();
    await modes.putConfig(modeConfig(tenant));
    await gate.decider().decide(tenant.data("ai_1"));
    expect(tenant.state()).toMatchObject({ count: 1, fence: 2 });
  });

  test("after a stop of an account was answered nothing automatic commits, whatever was under way", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 1_000 });
    const modes = modeService(busy(gate.clock));
    const deciders = Array.from({ length: 4 }, () => gate.decider(busy(gate.clock)));
    let stopped = false;
    const workers = deciders.map(async ({ decide }, worker) => {
      for (let i = 0; !stopped; i++) await decide(tenant.data(`w${worker}_${i}`));
    });
    await gate.clock.sleep(1_000);
    await modes.putConfig(modeConfig(tenant, { mode: "DISABLED" }));
    const countAtAnswer = tenant.state()?.count;
    await gate.decider().decide(tenant.data("afterwards"));
    stopped = true;
    await Promise.all(workers);
    expect(countAtAnswer).toBeGreaterThan(0);
    expect(tenant.state()?.count).toBe(countAtAnswer);
    expect(tenant.decisions().get("afterwards")?.decision).toBe("BLOCK");
  });
});
