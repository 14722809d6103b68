import type { DecisionRecord } from "@autonomy-gate/core/decision/decision";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clockAt } from "./gate-clocks.ts";
import { type Gate, handle, startGate, type Tenant } from "./gate-fixture.ts";
import { eventBody, message } from "./gate-messages.ts";

let gate: Gate;
beforeAll(async () => {
  gate = await startGate();
});
afterAll(() => gate.close());

const TYPES = ["CREATE_INTERNAL_NOTE", "CREATE_INTERNAL_TASK", "FLAG_FOR_REVIEW"] as const;
const WORKERS = 64;
const HANDLERS = 8;

/** Sends bodies through 64 workers at once, those that have to come again until none has. */
async function consumeInParallel(bodies: readonly string[]): Promise<void> {
  const handlers = Array.from({ length: HANDLERS }, () => gate.handler());
  let waiting = bodies.map((body) => message(body));
  for (let receiveCount = 1; waiting.length > 0; receiveCount++) {
    expect(receiveCount, "deliveries of one message").toBeLessThanOrEqual(5);
    const batches = handlers.length * Math.ceil(WORKERS / HANDLERS);
    const again = await Promise.all(
      Array.from({ length: batches }, async (_, worker) => {
        const batch = waiting.filter((_record, index) => index % batches === worker);
        const handler = handlers[worker % handlers.length];
        return batch.length > 0 && handler !== undefined ? handle(handler, batch) : [];
      }),
    );
    const failed = new Set(again.flat());
    waiting = waiting
      .filter(({ messageId }) => failed.has(messageId))
      .map(({ body }) => message(body, { receiveCount: receiveCount + 1 }));
  }
}

function automatic(records: Iterable<DecisionRecord>): DecisionRecord[] {
  return [...records].filter(({ auto_executed }) => auto_executed);
}

/** What must hold of an account's day whatever happened: counts are decisions, refusals are true. */
async function expectExact(
  tenant: Tenant,
  limits: { readonly limit: number; readonly caps: Readonly<Record<string, number>> },
): Promise<void> {
  const records = [...(await tenant.decisions()).values()];
  const state = (await tenant.state()) ?? { count: 0 };
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
    await tenant.allow({ max_autonomous_per_day: limit });
    const bodies = Array.from({ length: 96 }, (_, i) =>
      eventBody(tenant.data(`ai_${i}`, { action_type: TYPES[i % 3] })),
    );
    await consumeInParallel([...bodies, ...bodies.slice(0, 64)]);
    expect(automatic((await tenant.decisions()).values())).toHaveLength(limit);
    expect((await tenant.decisions()).size).toBe(96);
    await expectExact(tenant, { limit, caps: {} });
    expect(
      new Set((await tenant.outcomes()).map(({ detail }) => JSON.stringify(detail))).size,
    ).toBe(96);
  });

  test.each([
    [37, { CREATE_INTERNAL_NOTE: 0, CREATE_INTERNAL_TASK: 5 }, 37],
    [37, { CREATE_INTERNAL_NOTE: 3, CREATE_INTERNAL_TASK: 1, FLAG_FOR_REVIEW: 7 }, 11],
    [5, { CREATE_INTERNAL_NOTE: 1 }, 5],
  ])("BUD-1: keep to a limit of %i and caps of %o: %i run", async (limit, caps, expected) => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: limit, max_per_action_type: caps });
    const bodies = Array.from({ length: 150 }, (_, i) =>
      eventBody(tenant.data(`ai_${i}`, { action_type: TYPES[i % 3] })),
    );
    await consumeInParallel([...bodies, ...bodies.slice(0, 30)]);
    expect(automatic((await tenant.decisions()).values())).toHaveLength(expected);
    await expectExact(tenant, { limit, caps });
  });

  test("leave none unapproved while there is room for all", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 96 });
    const bodies = Array.from({ length: 96 }, (_, i) => eventBody(tenant.data(`ai_${i}`)));
    await consumeInParallel([...bodies, ...bodies]);
    expect(automatic((await tenant.decisions()).values())).toHaveLength(96);
    expect(await tenant.state()).toMatchObject({ count: 96 });
  });
});

/** Sends one intent at a time and tells what became of each. */
function sender(tenant: Tenant, clock: ReturnType<typeof clockAt>) {
  const handler = gate.handler(clock);
  return async (id: string, more: Record<string, unknown> = {}): Promise<DecisionRecord> => {
    expect(await handle(handler, [message(eventBody(tenant.data(id, more)))])).toEqual([]);
    const record = (await tenant.decisions()).get(id);
    if (record === undefined) throw new TypeError(`No decision on ${id}.`);
    return record;
  };
}

describe("one after another", () => {
  test("BUD-1: 20 calls on a limit of 2 approve 2, though the type has room for 100", async () => {
    const tenant = gate.tenant();
    await tenant.allow({
      max_autonomous_per_day: 2,
      max_per_action_type: { CREATE_INTERNAL_NOTE: 100 },
    });
    const send = sender(tenant, clockAt("2026-11-22T09:30:00.000Z"));
    for (let i = 0; i < 20; i++) await send(`ai_${i}`);
    expect(automatic((await tenant.decisions()).values())).toHaveLength(2);
    await expectExact(tenant, { limit: 2, caps: {} });
  });

  test("BUD-2: a cap of 0 approves none, and spends none of the day", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_per_action_type: { CREATE_INTERNAL_NOTE: 0 } });
    const send = sender(tenant, clockAt("2026-11-22T09:30:00.000Z"));
    expect((await send("ai_1")).policy_clause).toBe("BUDGET_ACTION_TYPE");
    expect(await tenant.state()).toBeUndefined();
  });

  test("BUD-5: a spent day, a spent type and no budget are told apart", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 2, max_per_action_type: { FLAG_FOR_REVIEW: 1 } });
    const send = sender(tenant, clockAt("2026-11-22T09:30:00.000Z"));
    await send("ai_1", { action_type: "FLAG_FOR_REVIEW" });
    expect((await send("ai_2", { action_type: "FLAG_FOR_REVIEW" })).policy_clause).toBe(
      "BUDGET_ACTION_TYPE",
    );
    await send("ai_3");
    expect((await send("ai_4")).policy_clause).toBe("BUDGET_DAY");
    await tenant.remove("BUDGET#CONFIG");
    expect((await send("ai_5")).policy_clause).toBe("BUDGET_CONFIG");
  });

  test("BUD-9: accounts without a budget of their own have their tenant's, each for itself", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 1 });
    const handler = gate.handler();
    const ids = ["one", "two"];
    await handle(
      handler,
      ids.map((id) => message(eventBody(tenant.data(id, { account_id: id })))),
    );
    for (const id of ids) {
      expect((await tenant.decisions(id)).get(id)?.auto_executed).toBe(true);
      expect(await tenant.state(id)).toMatchObject({ count: 1 });
    }
  });

  test("BUD-8: a type's own item replaces the budget's entry for the type", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_per_action_type: { CREATE_INTERNAL_NOTE: 0 } });
    await tenant.put(
      "BUDGET#ACTION_TYPE#CREATE_INTERNAL_NOTE",
      { max_autonomous_per_day: 1 },
      "acct",
    );
    const send = sender(tenant, clockAt("2026-11-22T09:30:00.000Z"));
    expect((await send("ai_1")).auto_executed).toBe(true);
    expect((await send("ai_2")).budget).toMatchObject({ limit: 1, limited_by: "ACTION_TYPE" });
  });
});

describe("the day", () => {
  test("BUD-7, BUD-10: rolls over at midnight, closing the old day in a row that expires", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 2 });
    const clock = clockAt("2026-11-22T23:59:59.998Z");
    const send = sender(tenant, clock);
    await send("ai_1");
    await send("ai_2", { action_type: "FLAG_FOR_REVIEW" });
    expect((await send("ai_3")).budget?.resets_at).toBe("2026-11-23T00:00:00.000Z");
    clock.set("2026-11-23T00:00:00.000Z");
    expect((await send("ai_4")).date_key).toBe("2026-11-23");
    expect(await tenant.state()).toMatchObject({
      date_key: "2026-11-23",
      count: 1,
      "count#CREATE_INTERNAL_NOTE": 1,
      previous_consumed_on: "2026-11-22",
    });
    expect(await tenant.state()).not.toHaveProperty("count#FLAG_FOR_REVIEW");
    expect(await tenant.state("acct", "BUDGET_STATE#20261122")).toMatchObject({
      date_key: "2026-11-22",
      count: 2,
      "count#CREATE_INTERNAL_NOTE": 1,
      "count#FLAG_FOR_REVIEW": 1,
      ttl: Date.UTC(2027, 1, 21) / 1000,
    });
  });

  test("is opened once by many workers at midnight, and the old one closed once", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 5 });
    const clock = clockAt("2026-11-22T12:00:00.000Z");
    await sender(tenant, clock)("ai_before");
    clock.set("2026-11-23T00:00:00.000Z");
    const handlers = Array.from({ length: 8 }, () => gate.handler({ ...clock }));
    const failed = await Promise.all(
      Array.from({ length: 32 }, async (_, i) => {
        const handler = handlers[i % 8];
        const record = message(eventBody(tenant.data(`ai_${i}`)));
        return handler === undefined ? [] : handle(handler, [record]);
      }),
    );
    expect(failed.flat()).toEqual([]);
    const days = automatic((await tenant.decisions()).values()).map(({ date_key }) => date_key);
    expect(days.filter((day) => day === "2026-11-23")).toHaveLength(5);
    expect((await tenant.states()).map(({ sk, count }) => [sk, count])).toEqual([
      ["BUDGET_STATE#20261122", 1],
      ["BUDGET_STATE#CURRENT", 5],
    ]);
  });

  test.each([
    ["of 23 hours", "2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
    ["of 25 hours", "2026-10-25", "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"],
  ])("%s has one budget from its first instant to its last", async (_, day, first, next) => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 2, timezone: "Europe/Berlin" });
    const clock = clockAt(first);
    const send = sender(tenant, clock);
    expect((await send("ai_1")).date_key).toBe(day);
    clock.set(new Date(Date.parse(next) - 1).toISOString());
    expect((await send("ai_2")).date_key).toBe(day);
    expect((await send("ai_3")).budget?.resets_at).toBe(next);
    clock.set(next);
    expect((await send("ai_4")).auto_executed).toBe(true);
    expect(await tenant.state("acct", `BUDGET_STATE#${day.replaceAll("-", "")}`)).toMatchObject({
      count: 2,
    });
  });

  test("is not opened a second time by another time zone, nor by a clock that went back", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 1, timezone: "Pacific/Kiritimati" });
    const clock = clockAt("2026-11-22T12:00:00.000Z");
    const send = sender(tenant, clock);
    expect((await send("ai_1")).date_key).toBe("2026-11-23");
    await tenant.allow({ max_autonomous_per_day: 1, timezone: "America/New_York" });
    expect((await send("ai_2")).budget).toMatchObject({ date_key: "2026-11-23", used: 1 });
    clock.set("2026-11-20T12:00:00.000Z");
    expect((await send("ai_3")).budget).toMatchObject({ date_key: "2026-11-23", used: 1 });
    clock.set("2026-11-24T05:00:00.000Z");
    expect((await send("ai_4")).date_key).toBe("2026-11-24");
    expect(automatic((await tenant.decisions()).values())).toHaveLength(2);
  });

  test("has a zone's new day earlier when the zone is changed, but never more than a limit a day", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 1, timezone: "UTC" });
    const send = sender(tenant, clockAt("2026-11-22T16:00:00.000Z"));
    await send("ai_1");
    await tenant.allow({ max_autonomous_per_day: 1, timezone: "Asia/Tokyo" });
    expect((await send("ai_2")).date_key).toBe("2026-11-23");
    await tenant.allow({ max_autonomous_per_day: 1, timezone: "UTC" });
    expect((await send("ai_3")).reason).toBe("BUDGET_EXHAUSTED");
    const days = automatic((await tenant.decisions()).values()).map(({ date_key }) => date_key);
    expect(days.sort()).toEqual(["2026-11-22", "2026-11-23"]);
  });

  test("a limit lowered mid-day below what was used admits none; raised again, the rest", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 3 });
    const send = sender(tenant, clockAt("2026-11-22T12:00:00.000Z"));
    await send("ai_1");
    await send("ai_2");
    await tenant.allow({ max_autonomous_per_day: 1 });
    expect((await send("ai_3")).budget).toMatchObject({ limit: 1, used: 2 });
    await tenant.allow({ max_autonomous_per_day: 3 });
    expect((await send("ai_4")).auto_executed).toBe(true);
    expect((await send("ai_5")).budget).toMatchObject({ limit: 3, used: 3 });
    expect(await tenant.state()).toMatchObject({ count: 3 });
  });

  test("BUD-8: an unused budget decays, stays so for its day, and is whole the day after its use", async () => {
    const tenant = gate.tenant();
    const updated_at = "2026-11-01T00:00:00.000Z";
    await tenant.allow({ max_autonomous_per_day: 8, decay_if_unused: true, updated_at });
    const clock = clockAt("2026-11-15T12:00:00.000Z");
    const send = sender(tenant, clock);
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
