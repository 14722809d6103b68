import { beforeEach, describe, expect, test } from "vitest";
import { type MemoryGate, openGate, type Tenant } from "../../test/memory-gate.ts";
import {
  conflicted,
  counted,
  type Faults,
  lost,
  once,
  throttled,
  watch,
  watchedTable,
} from "../../test/watched-table.ts";
import type { ConfigChange } from "../config/change.ts";
import { PermanentError, TransientError } from "../errors.ts";

const AT = "2026-11-22T09:30:00.000Z";

let gate: MemoryGate;
let tenant: Tenant;
beforeEach(() => {
  gate = openGate();
  tenant = gate.tenant();
});

function store(faults: Faults = {}) {
  const { trips, watched } = watch(faults);
  const { config } = gate.services(watchedTable(gate.table, watched));
  return { config, trips };
}

function change(more: Partial<ConfigChange> = {}): ConfigChange {
  return {
    scope: { kind: "ACCOUNT", ...tenant.account() },
    object: { kind: "KILL_SWITCH", owner: "TENANT" },
    after: { engaged: true, effect: "BLOCK" },
    actor: "ops",
    action: "PUT /kill-switch",
    request_id: "r-1",
    at: AT,
    ...more,
  };
}

const tenantScope = () => ({ kind: "TENANT", tenant_id: tenant.id }) as const;

describe("a change", () => {
  test("is stored with its audit entry, and read back without its key", async () => {
    const { config } = store();
    expect(await config.read(change())).toBeUndefined();
    expect(await config.write(change())).toEqual({ status: "written" });
    expect(await config.read(change())).toEqual({ engaged: true, effect: "BLOCK" });
    expect(tenant.audit()).toMatchObject([
      {
        at: AT,
        actor: "ops",
        action: "PUT /kill-switch",
        object: "KILL_SWITCH",
        account_id: "acct",
        before: null,
        after: { engaged: true, effect: "BLOCK" },
        request_id: "r-1",
      },
    ]);
  });

  test("of a tenant costs one write; its audit entry names no account", async () => {
    const { config, trips } = store();
    await config.write(change({ scope: tenantScope() }));
    expect(counted(trips)).toEqual({ transact: 1 });
    expect(gate.clock.elapsedMs()).toBe(0);
    expect(tenant.audit()[0]).not.toHaveProperty("account_id");
  });

  test("of an account raises its fence, waits 300 ms, and raises it again", async () => {
    const { config, trips } = store();
    await config.write(change());
    expect(trips.map(({ operation }) => operation)).toEqual(["transact", "update"]);
    expect(gate.clock.elapsedMs()).toBe(300);
    expect(tenant.state()).toMatchObject({ fence: 2, account_id: "acct" });
  });

  test("deletes what is to go", async () => {
    const { config } = store();
    await config.write(change());
    const { after: before, ...removal } = change();
    expect(await config.write({ ...removal, ...(before && { before }) })).toEqual({
      status: "written",
    });
    expect(await config.read(change())).toBeUndefined();
    expect(tenant.audit()[1]).toMatchObject({ before, after: null });
  });

  test.each([
    ["an attribute differs", { engaged: false, effect: "BLOCK" }],
    ["a known attribute was added", { engaged: true, effect: "BLOCK", reason: "drill" }],
    ["an attribute of others differs", { engaged: true, effect: "BLOCK", theirs: 2 }],
    ["it is gone", undefined],
  ])("is refused when %s, and nothing is written but the fence", async (_, current) => {
    const before = { engaged: true, effect: "BLOCK", theirs: 1 };
    if (current !== undefined) tenant.put("KILL_SWITCH", current, "acct");
    tenant.put("BUDGET_STATE#CURRENT", { fence: 4 }, "acct", "budgetState");
    const reply = await store().config.write(change({ before }));
    expect(reply).toEqual({
      status: "changed-meanwhile",
      ...(current === undefined ? {} : { current }),
    });
    expect(await store().config.read(change())).toEqual(current);
    expect(tenant.audit()).toEqual([]);
    expect(tenant.state()).toMatchObject({ fence: 5 });
  });

  test("compares at most 100 attributes of others", async () => {
    const theirs = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`t${i}`, i]));
    tenant.put("KILL_SWITCH", { ...theirs, t149: "changed" }, "acct");
    expect(await store().config.write(change({ before: theirs }))).toEqual({ status: "written" });
    tenant.put("KILL_SWITCH", { ...theirs, t99: "changed" }, "acct");
    const reply = await store().config.write(change({ before: theirs }));
    expect(reply.status).toBe("changed-meanwhile");
  });
});

describe("one fault anywhere is repeated, and the change is made once:", () => {
  test.each([
    ["the write is throttled", once("before", "transact", throttled)],
    ["the write meets a commit", once("before", "transact", conflicted)],
    ["the write's reply is lost", once("after", "transact")],
    ["the second raise never arrives", once("before", "update")],
    ["the second raise meets a commit", once("before", "update", conflicted)],
  ])("%s", async (_, faults) => {
    expect(await store(faults).config.write(change())).toEqual({ status: "written" });
    expect(tenant.audit()).toHaveLength(1);
    expect(tenant.state()).toMatchObject({ fence: 2 });
  });

  test("a read", async () => {
    tenant.put("KILL_SWITCH", { engaged: false }, "acct");
    const { config, trips } = store(once("before", "get"));
    expect(await config.read(change())).toEqual({ engaged: false });
    expect(counted(trips)).toEqual({ get: 2 });
  });

  test("what no retry can help is thrown at once", async () => {
    const { config, trips } = store(
      once("before", "transact", () => new PermanentError("As the test asked.")),
    );
    await expect(config.write(change())).rejects.toThrow(PermanentError);
    expect(counted(trips)).toEqual({ transact: 1 });
  });

  test("attempts end after 20 s and are at most 100 ms apart", async () => {
    const always = {
      before: (operation: string) => {
        if (operation === "transact") throw lost();
      },
    };
    const { config, trips } = store(always);
    await expect(config.write(change())).rejects.toThrow(TransientError);
    expect(gate.clock.elapsedMs()).toBeGreaterThan(19_800);
    expect(gate.clock.elapsedMs()).toBeLessThan(20_000);
    expect(trips.length).toBeGreaterThan(300);
  });
});

describe("a change whose fence was not raised the second time", () => {
  const broken = (): Faults => ({
    before: (operation) => {
      if (operation === "update") throw lost();
    },
  });

  test("is stored, and its writer is told that it is not settled", async () => {
    const error: unknown = await store(broken())
      .config.write(change())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "UNSETTLED", cause: { code: "DEADLINE" } });
    expect(await store().config.read(change())).toEqual(change().after);
    expect(tenant.state()).toMatchObject({ fence: 1 });
    await store().config.settle(change());
    expect(tenant.state()).toMatchObject({ fence: 2 });
  });

  test("is not said to be stored when it was refused", async () => {
    tenant.put("KILL_SWITCH", { engaged: false }, "acct");
    await expect(store(broken()).config.write(change())).rejects.toMatchObject({
      code: "DEADLINE",
    });
  });
});

describe("settling", () => {
  test("an account that never had a state makes none", async () => {
    await store().config.settle(change());
    expect(tenant.state()).toBeUndefined();
    expect(gate.clock.elapsedMs()).toBe(300);
  });

  test("a tenant takes no time and writes nothing", async () => {
    const { config, trips } = store();
    await config.settle({ scope: tenantScope(), object: { kind: "BUDGET" } });
    expect(trips).toEqual([]);
    expect(gate.clock.elapsedMs()).toBe(0);
  });
});
