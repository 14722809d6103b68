import { ThrottlingException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { clockAt, noonClock } from "./gate-clocks.ts";
import { type Gate, handle, REMAINING_MS, startGate } from "./gate-fixture.ts";
import { eventBody, message } from "./gate-messages.ts";
import type { Faults, Trip } from "./watched-consumer.ts";

const NOW = "2026-11-22T09:30:00.000Z";

let gate: Gate;
beforeAll(async () => {
  gate = await startGate();
});
afterEach(() => gate.acceptEntries());
afterAll(() => gate.close());

function throttled(): Error {
  return new ThrottlingException({ message: "as the test asked", $metadata: {} });
}

function conflicted(items: number): Error {
  return new TransactionCanceledException({
    message: "as the test asked",
    $metadata: {},
    CancellationReasons: Array.from({ length: items }, (_, index) =>
      index === 0 ? { Code: "TransactionConflict" } : { Code: "None" },
    ),
  });
}

/** One fault at the first such command. */
function once(when: "before" | "after", command: string, fault: () => Error): Faults {
  return {
    [when]: (sent: string, time: number) => {
      if (sent === command && time === 1) throw fault();
    },
  };
}

const lost = () => Object.assign(new Error("socket hang up"), { name: "TimeoutError" });

/** The longest row of commands of which each was sent after the one before it was answered. */
function sequentialTrips(trips: readonly Trip[]): number {
  const lengths: { trip: Trip; length: number }[] = [];
  for (const trip of trips) {
    const before = lengths.filter((other) => other.trip.answeredAt < trip.sentAt);
    lengths.push({ trip, length: 1 + Math.max(0, ...before.map(({ length }) => length)) });
  }
  return Math.max(0, ...lengths.map(({ length }) => length));
}

function counted(trips: readonly Trip[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { command } of trips) counts[command] = (counts[command] ?? 0) + 1;
  return counts;
}

describe("round trips", () => {
  test("GATE-18, MODE-1: ten intents of one account cost three, one after another", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const consumer = gate.consumer({ clock: clockAt(NOW) });
    const batch = Array.from({ length: 10 }, (_, i) => message(eventBody(tenant.data(`ai_${i}`))));
    expect(await handle(consumer.handle, batch)).toEqual([]);
    expect(consumer.trips.map(({ command }) => command)).toEqual([
      "BatchGetItem",
      "TransactWriteItems",
      "PutEvents",
    ]);
    expect(sequentialTrips(consumer.trips)).toBe(3);
  });

  test("98 claims of one account still cost three, what is side by side counted once", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 1_000 });
    const consumer = gate.consumer({ clock: clockAt(NOW) });
    const batch = Array.from({ length: 98 }, (_, i) => message(eventBody(tenant.data(`ai_${i}`))));
    expect(await handle(consumer.handle, batch)).toEqual([]);
    expect(counted(consumer.trips)).toEqual({
      BatchGetItem: 1,
      TransactWriteItems: 1,
      PutEvents: 10,
    });
    expect(sequentialTrips(consumer.trips)).toBe(3);
    expect(await tenant.state()).toMatchObject({ count: 98 });
  });

  test("more than 98 take one more for each 98, and all are decided", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 1_000 });
    const consumer = gate.consumer({ clock: clockAt(NOW) });
    const batch = Array.from({ length: 130 }, (_, i) => message(eventBody(tenant.data(`ai_${i}`))));
    expect(await handle(consumer.handle, batch)).toEqual([]);
    expect(counted(consumer.trips)).toMatchObject({ TransactWriteItems: 2, PutEvents: 13 });
    expect(sequentialTrips(consumer.trips)).toBe(4);
    expect(await tenant.state()).toMatchObject({ count: 130 });
    expect(await tenant.outcomes()).toHaveLength(130);
  });

  test("many accounts, held intents, quarantine and a big read cost three too", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const consumer = gate.consumer({ clock: clockAt(NOW) });
    const claims = Array.from({ length: 30 }, (_, i) =>
      message(eventBody(tenant.data(`ai_${i}`, { account_id: `acct_${i % 15}` }))),
    );
    const held = Array.from({ length: 9 }, (_, i) =>
      message(eventBody(tenant.data(`held_${i}`, { confidence_score: 0.1 }))),
    );
    expect(await handle(consumer.handle, [...claims, ...held, message("nonsense")])).toEqual([]);
    expect(counted(consumer.trips)).toMatchObject({
      TransactWriteItems: 15,
      PutItem: 9,
      PutEvents: 4,
      SendMessageBatch: 1,
    });
    expect(counted(consumer.trips).BatchGetItem).toBeGreaterThan(1);
    expect(sequentialTrips(consumer.trips)).toBe(3);
    await gate.quarantined();
  });

  test("a spent budget costs one plain write an intent and no transaction", async () => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 1 });
    const clock = clockAt(NOW);
    await handle(gate.handler(clock), [message(eventBody(tenant.data("first")))]);
    const consumer = gate.consumer({ clock });
    const batch = Array.from({ length: 5 }, (_, i) => message(eventBody(tenant.data(`ai_${i}`))));
    await handle(consumer.handle, batch);
    expect(counted(consumer.trips)).toEqual({ BatchGetItem: 1, PutItem: 5, PutEvents: 1 });
    expect(sequentialTrips(consumer.trips)).toBe(3);
  });

  test("a redelivered batch reads its decisions with the facts and writes nothing", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const clock = clockAt(NOW);
    const bodies = Array.from({ length: 10 }, (_, i) => eventBody(tenant.data(`ai_${i}`)));
    await handle(
      gate.handler(clock),
      bodies.map((body) => message(body)),
    );
    const consumer = gate.consumer({ clock });
    await handle(
      consumer.handle,
      bodies.map((body) => message(body, { receiveCount: 2 })),
    );
    expect(counted(consumer.trips)).toEqual({ BatchGetItem: 1, PutEvents: 1 });
  });

  test("GATE-15: every read is strongly consistent, and none is of another tenant", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const consumer = gate.consumer({ clock: clockAt(NOW) });
    await handle(consumer.handle, [message(eventBody(tenant.data("ai_1")))]);
    const [read] = consumer.inputs.filter(({ command }) => command === "BatchGetItem");
    const text = JSON.stringify(read?.input);
    expect(text).not.toContain('"ConsistentRead":false');
    expect(text.match(/"ConsistentRead":true/g)).toHaveLength(2);
    const keys = [...text.matchAll(/"pk":\{"S":"([^"]+)"\}/g)].map(([, pk = ""]) => pk);
    expect(new Set(keys)).toEqual(
      new Set(["GLOBAL", `TENANT#${tenant.id}`, `TENANT#${tenant.id}#ACCOUNT#acct`]),
    );
  });
});

describe("one fault anywhere costs no unit, no event and no decision:", () => {
  test.each([
    ["the read is throttled", once("before", "BatchGetItem", throttled)],
    ["the read's reply is lost", once("after", "BatchGetItem", lost)],
    ["the commit is throttled", once("before", "TransactWriteItems", throttled)],
    ["the commit never arrives", once("before", "TransactWriteItems", lost)],
    ["GATE-3: the commit's reply is lost", once("after", "TransactWriteItems", lost)],
    ["the commit meets another one", once("before", "TransactWriteItems", () => conflicted(4))],
    ["a held decision's write is throttled", once("before", "PutItem", throttled)],
    ["a held decision's reply is lost", once("after", "PutItem", lost)],
    ["the bus is gone for a moment", once("before", "PutEvents", lost)],
    ["GATE-9: the bus took it and the reply is lost", once("after", "PutEvents", lost)],
    ["quarantine is gone for a moment", once("before", "SendMessageBatch", lost)],
  ])("%s", async (_, faults) => {
    const tenant = gate.tenant();
    await tenant.allow({ max_autonomous_per_day: 5 });
    const consumer = gate.consumer({ clock: clockAt(NOW), faults });
    const batch = [
      ...Array.from({ length: 3 }, (__, i) => message(eventBody(tenant.data(`ai_${i}`)))),
      message(eventBody(tenant.data("held", { confidence_score: 0.1 }))),
      message("nonsense"),
    ];
    expect(await handle(consumer.handle, batch)).toEqual([]);
    expect(consumer.retries.length).toBeGreaterThan(0);
    expect(await tenant.state()).toMatchObject({ count: 3, "count#CREATE_INTERNAL_NOTE": 3 });
    expect((await tenant.decisions()).size).toBe(4);
    const byIntent = new Map<string, string>();
    for (const { detail } of await tenant.outcomes()) {
      const before = byIntent.get(detail.data.action_intent_id);
      if (before !== undefined) expect(JSON.stringify(detail)).toBe(before);
      byIntent.set(detail.data.action_intent_id, JSON.stringify(detail));
    }
    expect([...byIntent.keys()].sort()).toEqual(["ai_0", "ai_1", "ai_2", "held"]);
    expect((await gate.quarantined()).map(({ body }) => body)).toEqual(["nonsense"]);
  });
});

describe("GATE-1: an event that the bus did not take", () => {
  test("is published again, alone, though the reply was 200", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const consumer = gate.consumer({ clock: clockAt(NOW) });
    gate.rejectEntries(undefined, "InternalFailure", "ThrottlingException");
    const batch = ["a", "b"].map((id) => message(eventBody(tenant.data(id))));
    expect(await handle(consumer.handle, batch)).toEqual([]);
    expect(consumer.published).toHaveLength(4);
    expect(new Set(consumer.published).size).toBe(2);
    expect(
      (await tenant.outcomes()).map(({ detail }) => detail.data.action_intent_id).sort(),
    ).toEqual(["a", "b"]);
  });

  test("keeps its message, and no other, when there is no time left", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const consumer = gate.consumer({ clock: clockAt(NOW) });
    gate.rejectEntries(undefined, ...new Array(200).fill("InternalFailure"));
    const [a, b] = ["a", "b"].map((id) => message(eventBody(tenant.data(id))));
    if (a === undefined || b === undefined) throw new TypeError("There are two messages.");
    expect(await handle(consumer.handle, [a, b])).toEqual([b.messageId]);
    gate.acceptEntries();
    expect(await handle(gate.handler(), [message(b.body, { receiveCount: 2 })])).toEqual([]);
    const details = (await tenant.outcomes()).map(({ detail }) => JSON.stringify(detail));
    expect(details).toHaveLength(2);
    const published = consumer.published.map((text) => JSON.stringify(JSON.parse(text)));
    expect(new Set(published)).toEqual(new Set(details));
    expect(await tenant.state()).toMatchObject({ count: 2 });
  });
});

test("an account that never gets through leaves the others time to be published", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const clock = clockAt(NOW);
  const busOnceGone = once("before", "PutEvents", lost);
  const faults: Faults = {
    before: (command, time) => {
      if (command === "TransactWriteItems" && time > 1) throw conflicted(2);
      return busOnceGone.before?.(command, time);
    },
  };
  const consumer = gate.consumer({ clock, faults });
  const through = message(eventBody(tenant.data("through")));
  const stuck = message(eventBody(tenant.data("stuck", { account_id: "hot" })));
  expect(await handle(consumer.handle, [through, stuck])).toEqual([stuck.messageId]);
  const [outcome] = await tenant.outcomes();
  expect(outcome?.detail.data.action_intent_id).toBe("through");
  expect(clock.elapsedMs()).toBeGreaterThan(REMAINING_MS / 2);
  expect(clock.elapsedMs()).toBeLessThan(REMAINING_MS - 1_000);
});

test("GATE-3: crashes between commit and event, time and again, spend one unit", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const body = eventBody(tenant.data("ai_1"));
  const published: string[] = [];
  for (let receiveCount = 1; receiveCount <= 3; receiveCount++) {
    const dying = gate.consumer({
      clock: clockAt(NOW),
      faults: {
        before: (command) => {
          if (command === "PutEvents") throw lost();
        },
      },
    });
    const record = message(body, { receiveCount });
    expect(await handle(dying.handle, [record])).toEqual([record.messageId]);
    published.push(...dying.published);
  }
  expect(await handle(gate.handler(), [message(body, { receiveCount: 4 })])).toEqual([]);
  expect(await tenant.state()).toMatchObject({ count: 1 });
  const [outcome] = await tenant.outcomes();
  expect(new Set(published).size).toBe(1);
  expect(JSON.parse(published[0] ?? "")).toEqual(outcome?.detail);
});

test("GATE-9: an outcome is byte-identical on every delivery, whatever decided it", async () => {
  const tenant = gate.tenant();
  await tenant.allow({ max_autonomous_per_day: 1, timezone: "Europe/Berlin" });
  const bodies = [
    tenant.data("automatic", { confidence_score: 0.1 + 0.7 }),
    tenant.data("spent"),
    tenant.data("held", { risk_level: " high ", parameters: { "": "ä😀\u2028", n: 1e21, d: 0.1 } }),
    tenant.data("invalid", { expires_at: 7 }),
    tenant.data("blocked", { expires_at: "2020-01-01T00:00:00+01:00" }),
  ].map((data) => eventBody(data));
  const first = gate.consumer({ clock: clockAt(NOW) });
  await handle(
    first.handle,
    bodies.map((body) => message(body)),
  );
  const again = gate.consumer({ clock: clockAt("2026-11-29T09:30:00.000Z") });
  await handle(
    again.handle,
    bodies.map((body) => message(body, { receiveCount: 2 })),
  );
  const raced = gate.consumer({ clock: clockAt("2026-11-30T09:30:00.000Z") });
  await handle(
    raced.handle,
    bodies.map((body) => message(body)),
  );
  expect(first.published).toHaveLength(5);
  expect(new Set(again.published)).toEqual(new Set(first.published));
  expect(new Set(raced.published)).toEqual(new Set(first.published));
});

test("facts that could not be read are not absent: the messages come again, undecided", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const consumer = gate.consumer({
    clock: clockAt(NOW),
    faults: {
      before: (command) => {
        if (command === "BatchGetItem") throw throttled();
      },
    },
  });
  const record = message(eventBody(tenant.data("ai_1")));
  const nonsense = message("nonsense");
  expect(await handle(consumer.handle, [record, nonsense])).toEqual([record.messageId]);
  expect((await tenant.decisions()).size).toBe(0);
  expect(await gate.quarantined()).toHaveLength(1);
});

test("a read that was too slow is thrown away and made again", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const clock = clockAt(NOW);
  const consumer = gate.consumer({
    clock,
    faults: {
      after: async (command, time) => {
        if (command !== "BatchGetItem" || time > 1) return;
        await tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" });
        clock.pass(251);
      },
    },
  });
  await handle(consumer.handle, [message(eventBody(tenant.data("ai_1")))]);
  expect(consumer.retries).toEqual(["readFacts SLOW_READ"]);
  expect((await tenant.decisions()).get("ai_1")?.decision).toBe("BLOCK");
});

test("a commit is not sent more than 2 s after its read: the facts are read again", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const clock = clockAt(NOW);
  const consumer = gate.consumer({
    clock,
    faults: {
      before: async (command, time) => {
        if (command !== "TransactWriteItems" || time > 1) return;
        await tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" });
        clock.pass(2_001);
        throw throttled();
      },
    },
  });
  await handle(consumer.handle, [message(eventBody(tenant.data("ai_1")))]);
  expect(counted(consumer.trips)).toMatchObject({ BatchGetItem: 2, TransactWriteItems: 1 });
  expect((await tenant.decisions()).get("ai_1")?.decision).toBe("BLOCK");
  expect(await tenant.state()).toBeUndefined();
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
    const tenant = gate.tenant();
    await tenant.allow();
    if (state !== undefined) {
      await tenant.put("BUDGET_STATE#CURRENT", state, "acct", gate.tables.budgetState);
    }
    const { config } = gate.services(noonClock());
    const consumer = gate.consumer({
      clock: clockAt(NOW),
      faults: {
        before: async (command, time) => {
          if (command !== "TransactWriteItems" || time > 1) return;
          await config.write({
            scope: { kind: "ACCOUNT", ...tenant.account("acct") },
            object: { kind: "KILL_SWITCH", owner: "TENANT" },
            after: { engaged: true, effect: "BLOCK", reason: "now" },
            actor: "ops",
            action: "PUT /kill-switch",
            request_id: "r",
            at: NOW,
          });
        },
      },
    });
    expect(await handle(consumer.handle, [message(eventBody(tenant.data("ai_1")))])).toEqual([]);
    expect((await tenant.decisions()).get("ai_1")).toMatchObject({
      decision: "BLOCK",
      reason: "KILL_SWITCH",
    });
    const fence = (state?.fence ?? 0) + 2;
    expect(await tenant.state()).toMatchObject({ ...state, fence });
  });
});
