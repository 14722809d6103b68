import { describe, expect, test } from "vitest";
import type { DecisionRecord } from "../src/decision/decision.ts";
import { type IntentData, openGate, type Tenant } from "./memory-gate.ts";
import { busy } from "./watched-table.ts";

const gate = openGate();
const { clock } = gate;

const TYPES = ["CREATE_INTERNAL_NOTE", "CREATE_INTERNAL_TASK", "FLAG_FOR_REVIEW"] as const;
const WORKERS = 64;
const PROCESSES = 8;
const DELIVERIES_MAX = 5;

/** Hands intents to 64 workers at once, those without a result again until each has one. */
async function decideInParallel(intents: readonly IntentData[]): Promise<void> {
  const deciders = Array.from({ length: PROCESSES }, () => gate.decider(busy(clock)));
  let waiting = [...intents];
  for (let deliveries = 1; waiting.length > 0; deliveries++) {
    expect(deliveries, "deliveries of one intent").toBeLessThanOrEqual(DELIVERIES_MAX);
    const failed = await Promise.all(
      Array.from({ length: WORKERS }, async (_, worker) => {
        const batch = waiting.filter((_data, index) => index % WORKERS === worker);
        const decider = deciders[worker % PROCESSES];
        if (batch.length === 0 || decider === undefined) return [];
        const results = await (deliveries === 1
          ? decider.decide(...batch)
          : decider.decideAgain(...batch));
        return batch.filter(
          ({ action_intent_id }) => results.get(String(action_intent_id))?.status !== "recorded",
        );
      }),
    );
    waiting = [...new Set(failed.flat())];
  }
}

function automatic(records: Iterable<DecisionRecord>): DecisionRecord[] {
  return [...records].filter(({ auto_executed }) => auto_executed);
}

/** What must hold of an account's day whatever happened: counts are decisions, refusals are true. */
function expectExact(
  tenant: Tenant,
  limits: { readonly limit: number; readonly caps: Readonly<Record<string, number>> },
): void {
  const records = [...tenant.decisions().values()];
  const state = tenant.state() ?? { count: 0 };
  const approved = automatic(records);
  expect(state.count).toBe(approved.length);
  expect(approved.length).toBeLessThanOrEqual(limits.limit);
  for (const type of TYPES) {
    const ofType = approved.filter(({ action_type }) => action_type === type).length;
    expect(state[`count#${type}`] ?? 0, type).toBe(ofType);
    expect(ofType, type).toBeLessThanOrEqual(limits.caps[type] ?? limits.limit);
  }
  for (const record of records) if (!record.auto_executed) expectTrueRefusal(record, state, limits);
}

/** The limit that a refusal names had been reached, and still is. */
function expectTrueRefusal(
  { decision, reason, budget, action_type }: DecisionRecord,
  state: Readonly<Record<string, unknown>>,
  limits: Parameters<typeof expectExact>[1],
): void {
  const byType = budget?.limited_by === "ACTION_TYPE";
  const limit = byType ? limits.caps[action_type ?? ""] : limits.limit;
  const spent = byType ? (state[`count#${action_type}`] ?? 0) : state.count;
  expect({ decision, reason, budget, spent }).toMatchObject({
    decision: "REQUIRE_APPROVAL",
    reason: "BUDGET_EXHAUSTED",
    budget: { limit, used: limit },
    spent: limit,
  });
}

describe("64 workers claiming one account's budget at once, duplicates among the claims", () => {
  test.each([0, 1, 5, 37])("BUD-1, BUD-3: spend exactly a limit of %i", async (limit) => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: limit });
    const intents = Array.from({ length: 96 }, (_, i) =>
      tenant.data(`ai_${i}`, { action_type: TYPES[i % 3] }),
    );
    await decideInParallel([...intents, ...intents.slice(0, 64)]);
    expect(automatic(tenant.decisions().values())).toHaveLength(limit);
    expect(tenant.decisions().size).toBe(96);
    expectExact(tenant, { limit, caps: {} });
  });

  test.each([
    [37, { CREATE_INTERNAL_NOTE: 0, CREATE_INTERNAL_TASK: 5 }, 37],
    [37, { CREATE_INTERNAL_NOTE: 3, CREATE_INTERNAL_TASK: 1, FLAG_FOR_REVIEW: 7 }, 11],
    [5, { CREATE_INTERNAL_NOTE: 1 }, 5],
  ])("BUD-1: keep to a limit of %i and caps of %o: %i run", async (limit, caps, expected) => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: limit, max_per_action_type: caps });
    const intents = Array.from({ length: 150 }, (_, i) =>
      tenant.data(`ai_${i}`, { action_type: TYPES[i % 3] }),
    );
    await decideInParallel([...intents, ...intents.slice(0, 30)]);
    expect(automatic(tenant.decisions().values())).toHaveLength(expected);
    expectExact(tenant, { limit, caps });
  });

  test("leave none unapproved while there is room for all", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 96 });
    const intents = Array.from({ length: 96 }, (_, i) => tenant.data(`ai_${i}`));
    await decideInParallel([...intents, ...intents]);
    expect(automatic(tenant.decisions().values())).toHaveLength(96);
    expect(tenant.state()).toMatchObject({ count: 96 });
  });
});

/** Hands over one intent at a time, from an instant on, and tells what became of each. */
function sender(tenant: Tenant, instant = "2026-11-22T09:30:00.000Z") {
  clock.set(instant);
  const { decide } = gate.decider();
  return async (id: string, more: IntentData = {}): Promise<DecisionRecord> => {
    const result = (await decide(tenant.data(id, more))).get(id);
    const record = tenant.decisions().get(id);
    if (record === undefined) throw new TypeError(`No decision on ${id}.`);
    expect(result).toEqual({ status: "recorded", record, adopted: false });
    return record;
  };
}

describe("one after another", () => {
  test("BUD-1: 20 calls on a limit of 2 approve 2, though the type has room for 100", async () => {
    const tenant = gate.tenant();
    tenant.allow({
      max_autonomous_per_day: 2,
      max_per_action_type: { CREATE_INTERNAL_NOTE: 100 },
    });
    const send = sender(tenant);
    for (let i = 0; i < 20; i++) await send(`ai_${i}`);
    expect(automatic(tenant.decisions().values())).toHaveLength(2);
    expectExact(tenant, { limit: 2, caps: {} });
  });

  test("BUD-2: a cap of 0 approves none, and spends none of the day", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_per_action_type: { CREATE_INTERNAL_NOTE: 0 } });
    const send = sender(tenant);
    expect((await send("ai_1")).policy_clause).toBe("BUDGET_ACTION_TYPE");
    expect(tenant.state()).toBeUndefined();
  });

  test("BUD-5: a spent day, a spent type and no budget are told apart", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 2, max_per_action_type: { FLAG_FOR_REVIEW: 1 } });
    const send = sender(tenant);
    await send("ai_1", { action_type: "FLAG_FOR_REVIEW" });
    expect((await send("ai_2", { action_type: "FLAG_FOR_REVIEW" })).policy_clause).toBe(
      "BUDGET_ACTION_TYPE",
    );
    await send("ai_3");
    expect((await send("ai_4")).policy_clause).toBe("BUDGET_DAY");
    tenant.remove("BUDGET#CONFIG");
    expect((await send("ai_5")).policy_clause).toBe("BUDGET_CONFIG");
  });

  test("BUD-9: accounts without a budget of their own have their tenant's, each for itself", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 1 });
    const ids = ["one", "two"];
    await gate.decider().decide(...ids.map((id) => tenant.data(id, { account_id: id })));
    for (const id of ids) {
      expect(tenant.decisions(id).get(id)?.auto_executed).toBe(true);
      expect(tenant.state(id)).toMatchObject({ count: 1 });
    }
  });

  test("BUD-8: a type's own item replaces the budget's entry for the type", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_per_action_type: { CREATE_INTERNAL_NOTE: 0 } });
    tenant.put("BUDGET#ACTION_TYPE#CREATE_INTERNAL_NOTE", { max_autonomous_per_day: 1 }, "acct");
    const send = sender(tenant);
    expect((await send("ai_1")).auto_executed).toBe(true);
    expect((await send("ai_2")).budget).toMatchObject({ limit: 1, limited_by: "ACTION_TYPE" });
  });
});

describe("the day", () => {
  test("BUD-7, BUD-10: rolls over at midnight, closing the old day in a row that expires", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 2 });
    const send = sender(tenant, "2026-11-22T23:59:59.998Z");
    await send("ai_1");
    await send("ai_2", { action_type: "FLAG_FOR_REVIEW" });
    expect((await send("ai_3")).budget?.resets_at).toBe("2026-11-23T00:00:00.000Z");
    clock.set("2026-11-23T00:00:00.000Z");
    expect((await send("ai_4")).date_key).toBe("2026-11-23");
    expect(tenant.state()).toMatchObject({
      date_key: "2026-11-23",
      count: 1,
      "count#CREATE_INTERNAL_NOTE": 1,
      previous_consumed_on: "2026-11-22",
    });
    expect(tenant.state()).not.toHaveProperty("count#FLAG_FOR_REVIEW");
    expect(tenant.state("acct", "BUDGET_STATE#20261122")).toMatchObject({
      date_key: "2026-11-22",
      count: 2,
      "count#CREATE_INTERNAL_NOTE": 1,
      "count#FLAG_FOR_REVIEW": 1,
      ttl: Date.UTC(2027, 1, 21) / 1000,
    });
  });

  test("is opened once by many workers at midnight, and the old one closed once", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 5 });
    await sender(tenant)("ai_before");
    clock.set("2026-11-23T00:00:00.000Z");
    const deciders = Array.from({ length: 8 }, () => gate.decider(busy(clock)));
    await Promise.all(
      Array.from({ length: 32 }, (_, i) => deciders[i % 8]?.decide(tenant.data(`ai_${i}`))),
    );
    const days = automatic(tenant.decisions().values()).map(({ date_key }) => date_key);
    expect(days.filter((day) => day === "2026-11-23")).toHaveLength(5);
    expect(tenant.states().map(({ sk, count }) => [sk, count])).toEqual([
      ["BUDGET_STATE#20261122", 1],
      ["BUDGET_STATE#CURRENT", 5],
    ]);
  });

  test.each([
    ["of 23 hours", "2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    ["of 25 hours", "2026-10-25", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
  ])("%s has one budget from its first instant to its last", async (_, day, first, next) => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 2, timezone: "Europe/Berlin" });
    const send = sender(tenant, first);
    expect((await send("ai_1")).date_key).toBe(day);
    clock.set(new Date(Date.parse(next) - 1).toISOString());
    expect((await send("ai_2")).date_key).toBe(day);
    expect((await send("ai_3")).budget?.resets_at).toBe(next);
    clock.set(next);
    expect((await send("ai_4")).auto_executed).toBe(true);
    expect(tenant.state("acct", `BUDGET_STATE#${day.replaceAll("-", "")}`)).toMatchObject({
      count: 2,
    });
  });

  test("is not opened a second time by another time zone, nor by a clock that went back", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 1, timezone: "Pacific/Kiritimati" });
    const send = sender(tenant, "2026-11-22T12:00:00.000Z");
    expect((await send("ai_1")).date_key).toBe("2026-11-23");
    tenant.allow({ max_autonomous_per_day: 1, timezone: "America/New_York" });
    expect((await send("ai_2")).budget).toMatchObject({ date_key: "2026-11-23", used: 1 });
    clock.set("2026-11-20T12:00:00.000Z");
    expect((await send("ai_3")).budget).toMatchObject({ date_key: "2026-11-23", used: 1 });
    clock.set("2026-11-24T05:00:00.000Z");
    expect((await send("ai_4")).date_key).toBe("2026-11-24");
    expect(automatic(tenant.decisions().values())).toHaveLength(2);
  });

  test("has a zone's new day earlier when the zone is changed, but never more than a limit a day", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 1, timezone: "UTC" });
    const send = sender(tenant, "2026-11-22T16:00:00.000Z");
    await send("ai_1");
    tenant.allow({ max_autonomous_per_day: 1, timezone: "Asia/Tokyo" });
    expect((await send("ai_2")).date_key).toBe("2026-11-23");
    tenant.allow({ max_autonomous_per_day: 1, timezone: "UTC" });
    expect((await send("ai_3")).reason).toBe("BUDGET_EXHAUSTED");
    const days = automatic(tenant.decisions().values()).map(({ date_key }) => date_key);
    expect(days.sort()).toEqual(["2026-11-22", "2026-11-23"]);
  });

  test("a limit lowered mid-day below what was used admits none; raised again, the rest", async () => {
    const tenant = gate.tenant();
    tenant.allow({ max_autonomous_per_day: 3 });
    const send = sender(tenant, "2026-11-22T12:00:00.000Z");
    await send("ai_1");
    await send("ai_2");
    tenant.allow({ max_autonomous_per_day: 1 });
    expect((await send("ai_3")).budget).toMatchObject({ limit: 1, used: 2 });
    tenant.allow({ max_autonomous_per_day: 3 });
    expect((await send("ai_4")).auto_executed).toBe(true);
    expect((await send("ai_5")).budget).toMatchObject({ limit: 3, used: 3 });
    expect(tenant.state()).toMatchObject({ count: 3 });
  });

  test("BUD-8: an unused budget decays, stays so for its day, and is whole the day after its use", async () => {
    const tenant = gate.tenant();
    const updated_at = "2026-11-01T00:00:00.000Z";
    tenant.allow({ max_autonomous_per_day: 8, decay_if_unused: true, updated_at });
    const send = sender(tenant, "2026-11-15T12:00:00.000Z");
    expect((await send("ai_1")).budget).toMatchObject({
      limit: 2,
      configured_limit: 8,
      unused_days: 14,
    });
    expect((await send("ai_2")).auto_executed).toBe(true);
    expect((await send("ai_3")).explanation).toContain(
      "used 2 of its 2 autonomous actions for 2026-11-15 (UTC); the budget resets at 2026-11-16T00:00:00.000Z. The configured limit of 8 has decayed to 2 after 14 days without use.",
    );
    clock.set("2026-11-16T00:00:00.000Z");
    expect((await send("ai_4")).budget).toMatchObject({ limit: 8 });
  });
});
