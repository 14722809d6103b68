import { beforeEach, describe, expect, test } from "vitest";
import type { Tenant } from "../../../core/test/memory-gate.ts";
import { type Consumers, message, openConsumers } from "../../test/memory-consumer.ts";

let gate: Consumers;
let tenant: Tenant;
beforeEach(() => {
  gate = openConsumers();
  tenant = gate.tenant();
  tenant.allow();
});

function textsOf(whose: Tenant): string[] {
  return gate.outcomes(whose).map(({ text }) => text);
}

test("an intent that may run by itself leaves as ActionAutoApproved, with its intent", async () => {
  tenant.allow({ max_autonomous_per_day: 3 });
  const consumer = gate.consumer();
  expect(await consumer.handle(message(tenant.data("ai_1")))).toEqual([]);
  const record = tenant.decisions().get("ai_1");
  expect(gate.outcomes(tenant)).toMatchObject([
    {
      detailType: "ActionAutoApproved",
      detail: {
        metadata: { event_id: record?.decision_id, schema_version: "1", trace_id: "trace-7" },
        data: {
          decision: "AUTO_EXECUTE",
          mode_source: "TENANT_DEFAULT",
          auto_executed: true,
          approval_source: "POLICY",
          budget: { limit: 3, limited_by: "DAY" },
          intent: tenant.data("ai_1"),
        },
      },
    },
  ]);
  expect(tenant.state()).toMatchObject({ count: 1, "count#CREATE_INTERNAL_NOTE": 1 });
});

test("telemetry is told what was decided and put aside, once each, and of the batch", async () => {
  const consumer = gate.consumer();
  const nonsense = message("nonsense");
  await consumer.handle(message(tenant.data("ai_1")), nonsense);
  await consumer.handle(message(tenant.data("ai_1"), 2));
  const record = tenant.decisions().get("ai_1");
  const occurredAtMs = Date.parse("2026-11-22T09:30:00.000Z");
  expect(consumer.decided).toEqual([
    { record, adopted: false, occurredAtMs },
    { record, adopted: true, occurredAtMs },
  ]);
  expect(consumer.quarantined).toEqual([nonsense.messageId]);
  expect(consumer.batches).toEqual([
    { messages: 2, failures: 0 },
    { messages: 1, failures: 0 },
  ]);
  expect(consumer.failed).toEqual([]);
  expect(consumer.retries).toEqual([]);
});

test("a batch without intents reads nothing", async () => {
  const consumer = gate.consumer();
  expect(await consumer.handle(message("nonsense"))).toEqual([]);
  expect(consumer.trips.map(({ operation }) => operation)).toEqual(["quarantine"]);
});

test("GATE-2: many deliveries of one intent at once spend one unit and have one decision", async () => {
  const data = tenant.data("ai_1");
  const consumers = Array.from({ length: 8 }, (_, i) =>
    gate.consumer({ before: () => gate.clock.sleep(i % 3) }),
  );
  const failed = await Promise.all(
    consumers.flatMap(({ handle }) => [handle(message(data)), handle(message(data))]),
  );
  expect(failed.flat()).toEqual([]);
  expect(tenant.state()).toMatchObject({ count: 1 });
  expect(textsOf(tenant)).toHaveLength(16);
  expect(new Set(textsOf(tenant)).size).toBe(1);
});

test("GATE-4, GATE-5, GATE-6: what must not run leaves as ActionBlocked, the rest for approval", async () => {
  tenant.put("AUTONOMY#FLAG_FOR_REVIEW", { mode: "DISABLED" });
  tenant.put("KILL_SWITCH", { engaged: true, effect: "REQUIRE_APPROVAL" }, "held");
  tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" }, "stopped");
  await gate
    .consumer()
    .handle(
      message(tenant.data("expired", { expires_at: "2026-11-22T12:00:00.000Z" })),
      message(tenant.data("disabled", { action_type: "FLAG_FOR_REVIEW" })),
      message(tenant.data("held", { account_id: "held" })),
      message(tenant.data("stopped", { account_id: "stopped" })),
    );
  const outcomes = gate
    .outcomes(tenant)
    .map(({ detailType, detail: { data } }) => [data.action_intent_id, detailType, data.reason]);
  expect(outcomes).toEqual([
    ["expired", "ActionBlocked", "INTENT_EXPIRED"],
    ["disabled", "ActionBlocked", "ACTION_TYPE_DISABLED"],
    ["held", "ActionApprovalRequired", "KILL_SWITCH"],
    ["stopped", "ActionBlocked", "KILL_SWITCH"],
  ]);
  expect(tenant.state()).toBeUndefined();
});

test("GATE-7: what was decided stands, whatever is configured afterwards", async () => {
  const { handle } = gate.consumer();
  const data = tenant.data("ai_1");
  await handle(message(data));
  tenant.put("AUTONOMY#DEFAULT", { mode: "DISABLED" });
  tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" });
  await handle(message(data, 2));
  await handle(message(data));
  const [first, ...again] = textsOf(tenant);
  expect(first).toContain('"AUTO_EXECUTE"');
  expect(again).toEqual([first, first]);
  expect(tenant.state()).toMatchObject({ count: 1 });
});

test("GATE-8: what is decided stays decided while its event cannot be published", async () => {
  const data = tenant.data("ai_1");
  const silent = gate.consumer({
    before: (operation) => {
      if (operation === "publish") throw new Error("The bus is gone.");
    },
  });
  const record = message(data);
  expect(await silent.handle(record)).toEqual([record.messageId]);
  expect(silent.decided).toEqual([]);
  expect(silent.batches).toEqual([{ messages: 1, failures: 1 }]);
  tenant.put("AUTONOMY#DEFAULT", { mode: "DISABLED" });
  expect(await gate.consumer().handle(message(data, 2))).toEqual([]);
  expect(gate.outcomes(tenant)).toMatchObject([{ detail: { data: { decision: "AUTO_EXECUTE" } } }]);
  expect(tenant.state()).toMatchObject({ count: 1 });
});

test("GATE-10: one intent id of two tenants and two accounts has a decision each", async () => {
  const other = gate.tenant();
  other.allow();
  await gate
    .consumer()
    .handle(
      message(tenant.data("ai_1")),
      message(other.data("ai_1")),
      message(tenant.data("ai_1", { account_id: "second" })),
    );
  const events = [...gate.outcomes(tenant), ...gate.outcomes(other)];
  expect(new Set(events.map(({ detail }) => detail.metadata.event_id)).size).toBe(3);
  expect(tenant.state()).toMatchObject({ count: 1 });
  expect(tenant.state("second")).toMatchObject({ count: 1 });
  expect(other.state()).toMatchObject({ count: 1 });
});

test("GATE-12: a held intent leaves as ActionApprovalRequired, with its reason and the intent", async () => {
  const data = tenant.data("ai_1", { confidence_score: 0.699 });
  await gate.consumer().handle(message(data));
  expect(gate.outcomes(tenant)).toMatchObject([
    {
      detailType: "ActionApprovalRequired",
      detail: {
        data: {
          reason: "CONFIDENCE_BELOW_THRESHOLD",
          explanation: expect.stringContaining("0.699"),
          intent: data,
        },
      },
    },
  ]);
});

describe("duplicates", () => {
  test("in one batch are decided once, and every message is answered", async () => {
    const data = tenant.data("ai_1");
    expect(await gate.consumer().handle(message(data), message(data), message(data))).toEqual([]);
    expect(tenant.state()).toMatchObject({ count: 1 });
    expect(textsOf(tenant)).toHaveLength(1);
  });

  test("in one batch with another payload are quarantined, and approve nothing", async () => {
    const held = message(tenant.data("ai_1", { confidence_score: 0.1 }));
    const forged = message(tenant.data("ai_1", { confidence_score: 1 }));
    expect(await gate.consumer().handle(held, forged)).toEqual([]);
    expect(gate.outcomes(tenant).map(({ detail }) => detail.data.decision)).toEqual([
      "REQUIRE_APPROVAL",
    ]);
    expect(gate.quarantined()).toMatchObject([{ body: forged.body, errorCode: "INTENT_CONFLICT" }]);
    expect(tenant.state()).toBeUndefined();
  });

  test.each([1, 2])(
    "of a recorded intent with another payload are quarantined (received %i times)",
    async (receiveCount) => {
      const { handle } = gate.consumer();
      await handle(message(tenant.data("ai_1")));
      const before = textsOf(tenant);
      const data = tenant.data("ai_1", { parameters: { text: "Pay 1,000,000" } });
      const forged = message(data, receiveCount);
      expect(await handle(forged)).toEqual([]);
      expect(textsOf(tenant)).toEqual(before);
      expect(gate.quarantined()).toMatchObject([
        { body: forged.body, errorCode: "INTENT_CONFLICT" },
      ]);
      expect(tenant.state()).toMatchObject({ count: 1 });
    },
  );

  test("of a recorded intent beside a forged one: the true one is published again", async () => {
    const { handle } = gate.consumer();
    await handle(message(tenant.data("ai_1")));
    const forged = message(tenant.data("ai_1", { note: "forged" }));
    expect(await handle(forged, message(tenant.data("ai_1")))).toEqual([]);
    const [first, second] = textsOf(tenant);
    expect(second).toBe(first);
    expect(gate.quarantined()).toMatchObject([{ body: forged.body }]);
  });
});

describe("bad input in a batch with good", () => {
  test("meets its contract answer, and touches nothing else", async () => {
    const deep = "[".repeat(1_000) + "]".repeat(1_000);
    const wide = `[${"0,".repeat(150_000)}0]`;
    const withParameters = (id: string, json: string) =>
      message(message(tenant.data(id, { parameters: "HERE" })).body.replace('"HERE"', json));
    const malformed = message(`{"detail": {"data": ${JSON.stringify(tenant.data("x"))}`);
    const foreign = message(
      JSON.stringify({ source: "x", "detail-type": "ActionIntentCreated", detail: {} }),
    );
    const hash = message(tenant.data("x", { account_id: "acct#ACCOUNT#other" }));
    const batch = [
      malformed,
      foreign,
      hash,
      message(tenant.data("large", { parameters: "x".repeat(300 * 1024) })),
      withParameters("deep", deep),
      withParameters("wide", wide),
      message(tenant.data("fine", { expires_at: `2030-01-01T00:00:00.${"1".repeat(64)}Z` })),
      message(tenant.data("percent", { confidence_score: 87 })),
      message(tenant.data("critical", { risk_level: "CRITICAL " })),
      message(tenant.data("unknown", { action_type: "WIRE_MONEY" })),
      message(tenant.data("good")),
    ];
    expect(await gate.consumer().handle(...batch)).toEqual([]);
    const outcomes = gate
      .outcomes(tenant)
      .map(({ detail: { data } }) => [data.action_intent_id, data.decision, data.reason]);
    expect(outcomes.sort()).toEqual([
      ["critical", "REQUIRE_APPROVAL", "RISK_LEVEL_HIGH"],
      ["deep", "BLOCK", "INVALID_INTENT"],
      ["fine", "BLOCK", "INVALID_INTENT"],
      ["good", "AUTO_EXECUTE", "POLICY_ALLOWED"],
      ["large", "BLOCK", "INVALID_INTENT"],
      ["percent", "REQUIRE_APPROVAL", "CONFIDENCE_INVALID"],
      ["unknown", "REQUIRE_APPROVAL", "ACTION_TYPE_UNKNOWN"],
      ["wide", "BLOCK", "INVALID_INTENT"],
    ]);
    const quarantined = gate.quarantined();
    expect(quarantined.map(({ body, errorCode }) => [body, errorCode])).toEqual([
      [malformed.body, "MALFORMED_MESSAGE"],
      [foreign.body, "UNEXPECTED_EVENT"],
      [hash.body, "UNUSABLE_IDS"],
    ]);
    for (const { errorDetail } of quarantined) expect(errorDetail).toMatch(/^[\x20-\x7e]{1,512}$/);
    expect(tenant.state()).toMatchObject({ count: 1 });
  });

  test("an invalid intent has a record, and has the same outcome when it is redelivered", async () => {
    const data = tenant.data("ai_1", { expires_at: "soon" });
    const { handle } = gate.consumer();
    await handle(message(data));
    await handle(message(data, 2));
    const [first, second] = gate.outcomes(tenant);
    expect(first?.detail.data).toMatchObject({
      reason: "INVALID_INTENT",
      intent: null,
      action_type: "CREATE_INTERNAL_NOTE",
      explanation: expect.stringContaining("data.expires_at"),
    });
    expect(second?.text).toBe(first?.text);
    expect(tenant.decisions().get("ai_1")?.facts).toBeNull();
  });

  test("a decision that cannot be read back fails alone, by its ids", async () => {
    tenant.put("DECISION#broken", { decision: "MAYBE" }, "acct", "ledger");
    const broken = message(tenant.data("broken"));
    const consumer = gate.consumer();
    const mates = [message(tenant.data("good")), message(tenant.data("good2"))];
    expect(await consumer.handle(broken, ...mates)).toEqual([broken.messageId]);
    expect(gate.outcomes(tenant).map(({ detail }) => detail.data.reason)).toEqual([
      "POLICY_ALLOWED",
      "POLICY_ALLOWED",
    ]);
    expect(consumer.failed).toMatchObject([{ action_intent_id: "broken" }]);
    expect(consumer.batches).toEqual([{ messages: 3, failures: 1 }]);
    expect(tenant.state()).toMatchObject({ count: 2 });
  });
});
