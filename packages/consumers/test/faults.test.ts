import { beforeEach, describe, expect, test } from "vitest";
import type { Tenant } from "../../core/test/memory-gate.ts";
import { virtualClock } from "../../core/test/virtual-clock.ts";
import {
  conflicted,
  counted,
  lost,
  once,
  sequentialTrips,
  throttled,
} from "../../core/test/watched-table.ts";
import { type Consumers, message, openConsumers, REMAINING_MS } from "./memory-consumer.ts";

let gate: Consumers;
let tenant: Tenant;
beforeEach(() => {
  gate = openConsumers(virtualClock("2026-11-22T09:30:00.000Z"));
  tenant = gate.tenant();
  tenant.allow();
});

describe("round trips", () => {
  test.each([10, 98])(
    "GATE-18: %i intents of one account cost three, one after another",
    async (count) => {
      const consumer = gate.consumer();
      const batch = Array.from({ length: count }, (_, i) => message(tenant.data(`ai_${i}`)));
      expect(await consumer.handle(...batch)).toEqual([]);
      expect(consumer.trips.map(({ operation }) => operation)).toEqual([
        "batchGet",
        "transact",
        "publish",
      ]);
      expect(sequentialTrips(consumer.trips)).toBe(3);
    },
  );

  test("more than 98 cost one more for each 98, and all are decided", async () => {
    tenant.allow({ max_autonomous_per_day: 1_000 });
    const consumer = gate.consumer();
    const batch = Array.from({ length: 130 }, (_, i) => message(tenant.data(`ai_${i}`)));
    expect(await consumer.handle(...batch)).toEqual([]);
    expect(sequentialTrips(consumer.trips)).toBe(4);
    expect(tenant.state()).toMatchObject({ count: 130 });
    expect(gate.outcomes(tenant)).toHaveLength(130);
  });

  test("many accounts, held intents, quarantine and a big read cost three too", async () => {
    const consumer = gate.consumer();
    const claims = Array.from({ length: 30 }, (_, i) =>
      message(tenant.data(`ai_${i}`, { account_id: `acct_${i % 15}` })),
    );
    const held = Array.from({ length: 9 }, (_, i) =>
      message(tenant.data(`held_${i}`, { confidence_score: 0.1 })),
    );
    expect(await consumer.handle(...claims, ...held, message("nonsense"))).toEqual([]);
    const { batchGet, ...writes } = counted(consumer.trips);
    expect(writes).toEqual({ transact: 15, put: 9, publish: 1, quarantine: 1 });
    expect(batchGet).toBeGreaterThan(1);
    expect(sequentialTrips(consumer.trips)).toBe(3);
  });

  test("a redelivered batch reads its decisions with the facts and writes nothing", async () => {
    const batch = Array.from({ length: 10 }, (_, i) => tenant.data(`ai_${i}`));
    await gate.consumer().handle(...batch.map((data) => message(data)));
    const consumer = gate.consumer();
    await consumer.handle(...batch.map((data) => message(data, 2)));
    expect(counted(consumer.trips)).toEqual({ batchGet: 1, publish: 1 });
  });
});

describe("one fault anywhere costs no unit, no event and no decision:", () => {
  test.each([
    ["the read is throttled", once("before", "batchGet", throttled)],
    ["the read's reply is lost", once("after", "batchGet")],
    ["the commit is throttled", once("before", "transact", throttled)],
    ["the commit never arrives", once("before", "transact")],
    ["GATE-3: the commit's reply is lost", once("after", "transact")],
    ["the commit meets another one", once("before", "transact", conflicted)],
    ["a held decision's write is throttled", once("before", "put", throttled)],
    ["a held decision's reply is lost", once("after", "put")],
    ["the bus is gone for a moment", once("before", "publish")],
    ["GATE-9: the bus took it and the reply is lost", once("after", "publish")],
    ["quarantine is gone for a moment", once("before", "quarantine")],
  ])("%s", async (_, faults) => {
    const consumer = gate.consumer(faults);
    const batch = [
      ...Array.from({ length: 3 }, (__, i) => message(tenant.data(`ai_${i}`))),
      message(tenant.data("held", { confidence_score: 0.1 })),
      message("nonsense"),
    ];
    expect(await consumer.handle(...batch)).toEqual([]);
    expect(consumer.retries.length).toBeGreaterThan(0);
    expect(tenant.state()).toMatchObject({ count: 3, "count#CREATE_INTERNAL_NOTE": 3 });
    expect(tenant.decisions().size).toBe(4);
    const byIntent = new Map<string, string>();
    for (const { detail, text } of gate.outcomes(tenant)) {
      const id = detail.data.action_intent_id;
      expect(text).toBe(byIntent.get(id) ?? text);
      byIntent.set(id, text);
    }
    expect([...byIntent.keys()].sort()).toEqual(["ai_0", "ai_1", "ai_2", "held"]);
    expect(gate.quarantined().map(({ body }) => body)).toEqual(["nonsense"]);
  });
});

describe("GATE-1: an event that the bus did not take", () => {
  test("is published again, alone, though the reply said that the request succeeded", async () => {
    const consumer = gate.consumer();
    gate.refuse(undefined, "InternalFailure", "ThrottlingException");
    const batch = ["a", "b"].map((id) => message(tenant.data(id)));
    expect(await consumer.handle(...batch)).toEqual([]);
    expect(consumer.published).toHaveLength(4);
    expect(new Set(consumer.published).size).toBe(2);
    expect(consumer.retries).toEqual(["publish InternalFailure", "publish ThrottlingException"]);
    expect(gate.outcomes(tenant).map(({ detail }) => detail.data.action_intent_id)).toEqual([
      "a",
      "b",
    ]);
  });

  test("keeps its message, and no other, when there is no time left", async () => {
    const consumer = gate.consumer();
    gate.refuse(undefined, ...new Array(200).fill("InternalFailure"));
    const [a, b] = [message(tenant.data("a")), message(tenant.data("b"))];
    expect(await consumer.handle(a, b)).toEqual([b.messageId]);
    expect(gate.clock.elapsedMs()).toBeGreaterThan(REMAINING_MS - 3_000);
    expect(gate.clock.elapsedMs()).toBeLessThanOrEqual(REMAINING_MS - 1_000);
    gate.refuse();
    expect(await gate.consumer().handle(message(b.body, 2))).toEqual([]);
    const texts = gate.outcomes(tenant).map(({ text }) => text);
    expect(texts).toHaveLength(2);
    expect(new Set(consumer.published)).toEqual(new Set(texts));
    expect(tenant.state()).toMatchObject({ count: 2 });
  });
});

test("an account that never gets through leaves the others time to be published", async () => {
  const busOnceGone = once("before", "publish");
  const consumer = gate.consumer({
    before: (operation, time) => {
      if (operation === "transact" && time > 1) throw conflicted();
      return busOnceGone.before?.(operation, time);
    },
  });
  const through = message(tenant.data("through"));
  const stuck = message(tenant.data("stuck", { account_id: "hot" }));
  expect(await consumer.handle(through, stuck)).toEqual([stuck.messageId]);
  expect(gate.outcomes(tenant).map(({ detail }) => detail.data.action_intent_id)).toEqual([
    "through",
  ]);
  expect(consumer.failed).toMatchObject([{ action_intent_id: "stuck" }]);
  expect(gate.clock.elapsedMs()).toBeGreaterThan(REMAINING_MS - 8_000);
  expect(gate.clock.elapsedMs()).toBeLessThan(REMAINING_MS - 5_000);
});

test("GATE-3: crashes between commit and event, time and again, spend one unit", async () => {
  const data = tenant.data("ai_1");
  const published: string[] = [];
  for (let receiveCount = 1; receiveCount <= 3; receiveCount++) {
    const dying = gate.consumer({
      before: (operation) => {
        if (operation === "publish") throw lost();
      },
    });
    const record = message(data, receiveCount);
    expect(await dying.handle(record)).toEqual([record.messageId]);
    published.push(...dying.published);
  }
  expect(await gate.consumer().handle(message(data, 4))).toEqual([]);
  expect(tenant.state()).toMatchObject({ count: 1 });
  expect(new Set(published)).toEqual(new Set(gate.outcomes(tenant).map(({ text }) => text)));
});

test("GATE-9: an outcome is byte-identical on every delivery, whatever decided it", async () => {
  tenant.allow({ max_autonomous_per_day: 1, timezone: "Europe/Berlin" });
  const intents = [
    tenant.data("automatic", { confidence_score: 0.1 + 0.7 }),
    tenant.data("spent"),
    tenant.data("held", { risk_level: " high ", parameters: { "": "ä😀\u2028", n: 1e21, d: 0.1 } }),
    tenant.data("invalid", { expires_at: 7 }),
    tenant.data("blocked", { expires_at: "2020-01-01T00:00:00+01:00" }),
  ];
  const published = async (instant: string, receiveCount: number) => {
    gate.clock.set(instant);
    const consumer = gate.consumer();
    await consumer.handle(...intents.map((data) => message(data, receiveCount)));
    return consumer.published;
  };
  const first = await published("2026-11-22T09:30:00.000Z", 1);
  expect(first).toHaveLength(5);
  expect(new Set(await published("2026-11-29T09:30:00.000Z", 2))).toEqual(new Set(first));
  expect(new Set(await published("2026-11-30T09:30:00.000Z", 1))).toEqual(new Set(first));
});

test("facts that could not be read are not absent: the messages are redelivered, undecided", async () => {
  const consumer = gate.consumer({
    before: (operation) => {
      if (operation === "batchGet") throw throttled();
    },
  });
  const record = message(tenant.data("ai_1"));
  expect(await consumer.handle(record, message("nonsense"))).toEqual([record.messageId]);
  expect(tenant.decisions().size).toBe(0);
  expect(gate.quarantined()).toHaveLength(1);
  expect(consumer.failed).toMatchObject([{ action_intent_id: "ai_1" }]);
  expect(gate.clock.elapsedMs()).toBeLessThan(REMAINING_MS - 6_000);
});
