import { beforeEach, describe, expect, test } from "vitest";
import { type MemoryGate, openGate, type Tenant } from "../../test/memory-gate.ts";
import { virtualClock } from "../../test/virtual-clock.ts";
import {
  conflicted,
  counted,
  type Faults,
  lost,
  once,
  sequentialTrips,
  throttled,
} from "../../test/watched-table.ts";
import { PermanentError, TransientError } from "../errors.ts";

const NOW = "2026-11-22T09:30:00.000Z";

let gate: MemoryGate;
let tenant: Tenant;
beforeEach(() => {
  gate = openGate(virtualClock(NOW));
  tenant = gate.tenant();
  tenant.allow();
});

function intents(count: number, more: object = {}) {
  return Array.from({ length: count }, (_, i) => tenant.data(`ai_${i}`, { ...more }));
}

describe("round trips", () => {
  test("GATE-18, MODE-1: ten intents of one account cost one read and one commit", async () => {
    const decider = gate.decider();
    await decider.decide(...intents(10));
    expect(decider.trips.map(({ operation }) => operation)).toEqual(["batchGet", "transact"]);
  });

  test.each([
    [98, 1],
    [99, 2],
    [196, 2],
    [197, 3],
  ])(
    "%i claims of one account take %i transactions, and all are decided",
    async (count, transact) => {
      tenant.allow({ max_autonomous_per_day: 1_000 });
      const decider = gate.decider();
      await decider.decide(...intents(count));
      expect(counted(decider.trips)).toMatchObject({ transact });
      expect(tenant.state()).toMatchObject({ count });
      expect(tenant.decisions().size).toBe(count);
    },
  );

  test("many types fill a transaction earlier than many claims", async () => {
    tenant.allow({ max_autonomous_per_day: 1_000 });
    const entry = { risk_tier: "LOW", min_confidence: 0, external_contact: false };
    const types = Array.from({ length: 41 }, (_, i) => `TYPE_${i}`);
    for (const type of types) tenant.put(`ACTION_TYPE#${type}`, entry);
    const decider = gate.decider();
    await decider.decide(...types.map((action_type, i) => tenant.data(`ai_${i}`, { action_type })));
    expect(counted(decider.trips)).toMatchObject({ transact: 2 });
    expect(tenant.state()).toMatchObject({ count: 41, "count#TYPE_40": 1 });
  });

  test("accounts are committed side by side", async () => {
    const decider = gate.decider();
    await decider.decide(
      ...Array.from({ length: 30 }, (_, i) =>
        tenant.data(`ai_${i}`, { account_id: `acct_${i % 15}` }),
      ),
      tenant.data("held", { confidence_score: 0.1 }),
    );
    expect(counted(decider.trips)).toMatchObject({ transact: 15, put: 1 });
    expect(counted(decider.trips).batchGet).toBeGreaterThan(1);
    expect(sequentialTrips(decider.trips)).toBe(2);
  });

  test("a spent budget costs one plain write an intent and no transaction", async () => {
    tenant.allow({ max_autonomous_per_day: 1 });
    await gate.decider().decide(tenant.data("first"));
    const decider = gate.decider();
    await decider.decide(...intents(5));
    expect(counted(decider.trips)).toEqual({ batchGet: 1, put: 5 });
    expect(sequentialTrips(decider.trips)).toBe(2);
  });

  test("redelivered intents are read with the facts, and nothing is written", async () => {
    const first = await gate.decider().decide(...intents(10));
    const decider = gate.decider();
    const again = await decider.decideAgain(...intents(10));
    expect(counted(decider.trips)).toEqual({ batchGet: 1 });
    for (const [id, result] of first) expect(again.get(id)).toEqual({ ...result, adopted: true });
  });

  test("one process commits an account's claims in turn, and another account's meanwhile", async () => {
    const decider = gate.decider({ before: () => gate.clock.sleep(10) });
    await Promise.all([
      decider.decide(tenant.data("a")),
      decider.decide(tenant.data("b")),
      decider.decide(tenant.data("c", { account_id: "other" })),
    ]);
    const commits = decider.trips.filter(({ operation }) => operation === "transact");
    expect(sequentialTrips(commits)).toBe(3);
    expect(decider.retries).toEqual(["recordClaims MOVED"]);
    expect(tenant.state()).toMatchObject({ count: 2 });
  });
});

describe("one fault anywhere costs no unit and no decision:", () => {
  test.each([
    ["the read is throttled", once("before", "batchGet", throttled), "readFacts THROTTLED"],
    ["the read's reply is lost", once("after", "batchGet"), "readFacts UNAVAILABLE"],
    ["the commit is throttled", once("before", "transact", throttled), "recordClaims THROTTLED"],
    ["the commit never arrives", once("before", "transact"), "recordClaims UNAVAILABLE"],
    ["GATE-3: the commit's reply is lost", once("after", "transact"), "recordClaims UNAVAILABLE"],
    ["the commit meets another", once("before", "transact", conflicted), "recordClaims CONFLICT"],
    ["a held decision's write is throttled", once("before", "put", throttled), "record THROTTLED"],
    ["a held decision's reply is lost", once("after", "put"), "record UNAVAILABLE"],
  ])("%s", async (_, faults, retry) => {
    const decider = gate.decider(faults);
    const held = tenant.data("held", { confidence_score: 0.1 });
    const results = await decider.decide(...intents(3), held);
    expect(decider.retries).toContain(retry);
    expect([...results.values()].map(({ status }) => status)).toEqual(Array(4).fill("recorded"));
    expect(tenant.state()).toMatchObject({ count: 3, "count#CREATE_INTERNAL_NOTE": 3 });
    for (const [id, record] of tenant.decisions()) {
      expect(results.get(id)).toMatchObject({ record });
    }
  });
});

describe("what no retry can help fails at once, and alone:", () => {
  const refused = () => new PermanentError("As the test asked.");

  test("a commit", async () => {
    const decider = gate.decider(once("before", "transact", refused));
    const results = await decider.decide(
      tenant.data("claim"),
      tenant.data("held", { confidence_score: 0.1 }),
    );
    expect(results.get("claim")).toMatchObject({ status: "failed", error: refused() });
    expect(results.get("held")?.status).toBe("recorded");
    expect(counted(decider.trips)).toEqual({ batchGet: 1, transact: 1, put: 1 });
  });

  test("a held decision", async () => {
    const decider = gate.decider(once("before", "put", refused));
    const results = await decider.decide(
      tenant.data("claim"),
      tenant.data("held", { confidence_score: 0.1 }),
    );
    expect(results.get("held")).toMatchObject({ status: "failed", error: refused() });
    expect(results.get("claim")?.status).toBe("recorded");
    expect(counted(decider.trips)).toEqual({ batchGet: 1, transact: 1, put: 1 });
  });

  test("a read", async () => {
    const decider = gate.decider(once("before", "batchGet", refused));
    await expect(decider.decide(tenant.data("ai_1"))).rejects.toThrow(PermanentError);
    expect(counted(decider.trips)).toEqual({ batchGet: 1 });
  });
});

describe("faults that last end with the deadline:", () => {
  const always = (operation: string): Faults => ({
    before: (sent) => {
      if (sent === operation) throw lost();
    },
  });

  test("facts that could not be read are not absent: nothing is decided", async () => {
    await expect(gate.decider(always("batchGet")).decide(tenant.data("ai_1"))).rejects.toThrow(
      TransientError,
    );
    expect(tenant.decisions().size).toBe(0);
  });

  test.each(["transact", "put"])(
    "a %s that never gets through has no result",
    async (operation) => {
      const data = tenant.data("ai_1", { confidence_score: operation === "put" ? 0.1 : 1 });
      const result = (await gate.decider(always(operation)).decide(data)).get("ai_1");
      expect(result).toMatchObject({ status: "failed", error: expect.any(TransientError) });
      expect(gate.clock.elapsedMs()).toBeGreaterThan(20_000);
      expect(gate.clock.elapsedMs()).toBeLessThan(24_000);
    },
  );
});

describe("facts do not age:", () => {
  const stop = () => tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" });

  test.each([
    [250, [], "AUTO_EXECUTE"],
    [251, ["readFacts SLOW_READ"], "BLOCK"],
  ])("a read that took %i ms has the retries %j", async (ms, retries, decision) => {
    const decider = gate.decider({
      after: (operation, time) => {
        if (operation !== "batchGet" || time > 1) return;
        stop();
        gate.clock.pass(ms);
      },
    });
    await decider.decide(tenant.data("ai_1"));
    expect(decider.retries).toEqual(retries);
    expect(tenant.decisions().get("ai_1")?.decision).toBe(decision);
  });

  test.each([
    [2_000, 1, "AUTO_EXECUTE"],
    [2_001, 2, "BLOCK"],
  ])("a commit %i ms after its read is sent on %i reads", async (ms, reads, decision) => {
    const decider = gate.decider({
      before: (operation, time) => {
        if (operation !== "transact" || time > 1) return;
        stop();
        gate.clock.pass(ms);
        throw throttled();
      },
    });
    await decider.decide(tenant.data("ai_1"));
    expect(counted(decider.trips)).toMatchObject({ batchGet: reads });
    expect(tenant.decisions().get("ai_1")?.decision).toBe(decision);
    if (reads === 2) expect(decider.retries).toContain("decide STALE_FACTS");
  });
});

describe("a change to the account between read and commit is decided on, not overrun, where the budget has", () => {
  const cases: [string, { date_key?: string; count?: number; fence?: number } | undefined][] = [
    ["no state", undefined],
    ["a fence alone", { fence: 4 }],
    ["an open day and no fence", { date_key: "2026-11-22", count: 1 }],
    ["an open day and a fence", { date_key: "2026-11-22", count: 1, fence: 4 }],
    ["an earlier day and no fence", { date_key: "2026-11-20", count: 1 }],
    ["an earlier day and a fence", { date_key: "2026-11-20", count: 1, fence: 4 }],
  ];

  test.each(cases)("%s", async (_, state) => {
    if (state !== undefined) tenant.put("BUDGET_STATE#CURRENT", state, "acct", "budgetState");
    const { config } = gate.services();
    const decider = gate.decider({
      before: async (operation, time) => {
        if (operation !== "transact" || time > 1) return;
        await config.write({
          scope: { kind: "ACCOUNT", ...tenant.account() },
          object: { kind: "KILL_SWITCH", owner: "TENANT" },
          after: { engaged: true, effect: "BLOCK", reason: "now" },
          actor: "ops",
          action: "PUT /kill-switch",
          request_id: "r",
          at: NOW,
        });
      },
    });
    await decider.decide(tenant.data("ai_1"));
    expect(tenant.decisions().get("ai_1")).toMatchObject({
      decision: "BLOCK",
      reason: "KILL_SWITCH",
    });
    const fence = (state?.fence ?? 0) + 2;
    expect(tenant.state()).toMatchObject({ ...state, fence });
  });
});

test("GATE-2: one intent in many processes at once has one decision, which all of them adopt", async () => {
  const results = await Promise.all(
    Array.from({ length: 16 }, (_, i) =>
      gate.decider({ before: () => gate.clock.sleep(i % 5) }).decide(tenant.data("ai_1")),
    ),
  );
  const [record] = tenant.decisions().values();
  const made = results.map((result) => result.get("ai_1"));
  for (const result of made) expect(result).toMatchObject({ status: "recorded", record });
  expect(made.filter((result) => result?.status === "recorded" && !result.adopted)).toHaveLength(1);
  expect(tenant.state()).toMatchObject({ count: 1 });
});

test("another payload under a recorded id is a conflict, first delivery or not", async () => {
  await gate.decider().decide(tenant.data("ai_1"));
  const forged = tenant.data("ai_1", { parameters: { text: "Pay 1,000,000" } });
  expect((await gate.decider().decide(forged)).get("ai_1")?.status).toBe("conflict");
  expect((await gate.decider().decideAgain(forged)).get("ai_1")?.status).toBe("conflict");
  expect(tenant.state()).toMatchObject({ count: 1 });
});
