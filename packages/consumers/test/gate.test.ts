import { NumberValue } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clockAt } from "./gate-clocks.ts";
import { type Gate, handle, startGate } from "./gate-fixture.ts";
import { eventBody, message } from "./gate-messages.ts";

let gate: Gate;
beforeAll(async () => {
  gate = await startGate();
});
afterAll(() => gate.close());

test("an intent that may run by itself leaves as ActionAutoApproved, with its intent", async () => {
  const tenant = gate.tenant();
  await tenant.allow({ max_autonomous_per_day: 3 });
  const failed = await handle(gate.handler(), [message((tenant.data("ai_1")))]);
  const [outcome] = await tenant.outcomes();
  const record = (await tenant.decisions()).get("ai_1");
  expect(failed).toEqual([]);
  expect(outcome?.["detail-type"]).toBe("ActionAutoApproved");
  expect(outcome?.detail).toMatchObject({
    metadata: { event_id: record?.decision_id, schema_version: "1", trace_id: "trace-7" },
    data: {
      decision: "AUTO_EXECUTE",
      mode_source: "TENANT_DEFAULT",
      auto_executed: true,
      approval_source: "POLICY",
      budget: { limit: 3, limited_by: "DAY" },
      intent: tenant.data("ai_1"),
    },
  });
  expect(await tenant.state()).toMatchObject({ count: 1, "count#CREATE_INTERNAL_NOTE": 1 });
});

test("GATE-2: many deliveries of one intent at once spend one unit and have one decision", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const body = (tenant.data("ai_1"));
  const handlers = Array.from({ length: 8 }, () => gate.handler());
  const failed = await Promise.all(
    handlers.flatMap((each) => [handle(each, [message(body)]), handle(each, [message(body)])]),
  );
  expect(failed.flat()).toEqual([]);
  expect(await tenant.state()).toMatchObject({ count: 1 });
  const details = (await tenant.outcomes()).map(({ detail }) => JSON.stringify(detail));
  expect(details).toHaveLength(16);
  expect(new Set(details).size).toBe(1);
});

test("GATE-4: a kill switch holds everything and spends nothing", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const handler = gate.handler();
  await tenant.put("KILL_SWITCH", { engaged: true, effect: "REQUIRE_APPROVAL", reason: "drill" });
  await handle(handler, [message((tenant.data("ai_1")))]);
  await tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" }, "acct");
  await handle(handler, [message((tenant.data("ai_2")))]);
  expect((await tenant.outcomes()).map(({ detail }) => detail.data)).toMatchObject([
    { decision: "REQUIRE_APPROVAL", reason: "KILL_SWITCH" },
    { decision: "BLOCK", reason: "KILL_SWITCH", executable_after_approval: false },
  ]);
  expect(await tenant.state()).toBeUndefined();
});

test("GATE-5: an expired intent is blocked and spends nothing", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const clock = clockAt("2026-11-22T09:30:00.000Z");
  const data = tenant.data("ai_1", { expires_at: "2026-11-22T09:30:00.000Z" });
  await handle(gate.handler(clock), [message((data))]);
  expect((await tenant.decisions()).get("ai_1")).toMatchObject({ reason: "INTENT_EXPIRED" });
  expect(await tenant.state()).toBeUndefined();
});

test("GATE-6: a disabled action is blocked for good, not offered for approval", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  await tenant.put("AUTONOMY#CREATE_INTERNAL_NOTE", { mode: "DISABLED" });
  await handle(gate.handler(), [message((tenant.data("ai_1")))]);
  expect(await tenant.outcomes()).toMatchObject([
    { "detail-type": "ActionBlocked", detail: { data: { executable_after_approval: false } } },
  ]);
});

test("GATE-7: what was decided stands, whatever is configured afterwards", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const handler = gate.handler();
  const body = (tenant.data("ai_1"));
  await handle(handler, [message(body)]);
  await tenant.put("AUTONOMY#DEFAULT", { mode: "DISABLED" });
  await tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" });
  await handle(handler, [message(body, { receiveCount: 2 })]);
  await handle(handler, [message(body)]);
  const [first, ...again] = (await tenant.outcomes()).map(({ detail }) => JSON.stringify(detail));
  expect(first).toContain('"AUTO_EXECUTE"');
  expect(again).toEqual([first, first]);
  expect(await tenant.state()).toMatchObject({ count: 1 });
});

test("GATE-8: what is decided stays decided while its event cannot be published", async () => {
  const tenant = gate.tenant();
  await tenant.allow();
  const body = (tenant.data("ai_1"));
  const silent = gate.consumer({
    clock: clockAt("2026-11-22T09:30:00.000Z"),
    faults: {
      before: (command) => {
        if (command === "PutEvents") throw new Error("The bus is gone.");
      },
    },
  });
  const record = message(body);
  expect(await handle(silent.handle, [record])).toEqual([record.messageId]);
  await tenant.put("AUTONOMY#DEFAULT", { mode: "DISABLED" });
  expect(await handle(gate.handler(), [message(body, { receiveCount: 2 })])).toEqual([]);
  expect(await tenant.outcomes()).toMatchObject([
    { detail: { data: { decision: "AUTO_EXECUTE" } } },
  ]);
  expect(await tenant.state()).toMatchObject({ count: 1 });
});

test("GATE-10: one intent id of two tenants and two accounts has a decision each", async () => {
  const [one, other] = [gate.tenant(), gate.tenant()];
  await Promise.all([one.allow(), other.allow()]);
  const bodies = [one.data("ai_1"), other.data("ai_1"), one.data("ai_1", { account_id: "second" })];
  await handle(
    gate.handler(),
    bodies.map((data) => message((data))),
  );
  const events = [...(await one.outcomes()), ...(await other.outcomes())];
  expect(new Set(events.map(({ detail }) => detail.metadata.event_id)).size).toBe(3);
  expect(await one.state()).toMatchObject({ count: 1 });
  expect(await one.state("second")).toMatchObject({ count: 1 });
  expect(await other.state()).toMatchObject({ count: 1 });
});

test("GATE-12: decisions that need a person are recorded too, with all that explains them", async () => {
  const tenant = gate.tenant();
  await handle(gate.handler(), [
    message((tenant.data("ai_1", { confidence_score: 0.699 }))),
  ]);
  expect((await tenant.decisions()).get("ai_1")).toMatchObject({
    decision: "REQUIRE_APPROVAL",
    reason: "MODE_NOT_CONFIGURED",
    reasons: [{ reason: "MODE_NOT_CONFIGURED" }, { reason: "CONFIDENCE_BELOW_THRESHOLD" }],
    policy_version: "AutoApprovalPolicyV1",
    facts: { confidence_score: 0.699, min_confidence: 0.7 },
  });
});

test("GATE-12: the record holds the facts and the fingerprint, and none of the parameters", async () => {
  const tenant = gate.tenant();
  const parameters = { text: "canary-4711" };
  await handle(gate.handler(), [message((tenant.data("ai_1", { parameters })))]);
  const record = (await tenant.decisions()).get("ai_1");
  expect(JSON.stringify(record)).not.toContain("canary-4711");
  expect(record?.fingerprint).toHaveLength(43);
});

test("GATE-16: a tenant in the payload is the tenant that is decided for, and no other", async () => {
  const [mine, theirs] = [gate.tenant(), gate.tenant()];
  await theirs.allow();
  await handle(gate.handler(), [
    message((mine.data("ai_1", { target: { tenant_id: theirs.id } }))),
  ]);
  expect((await mine.decisions()).get("ai_1")?.decision).toBe("REQUIRE_APPROVAL");
  expect((await theirs.decisions()).size).toBe(0);
  expect(await theirs.state()).toBeUndefined();
});

describe("modes", () => {
  test("MODE-2: the tenant's mode for the type stands above the account's default, as specified, and the account's kill switch above both", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    await tenant.put("AUTONOMY#CREATE_INTERNAL_NOTE", { mode: "AUTO_EXECUTE" });
    await tenant.put("AUTONOMY#DEFAULT", { mode: "DISABLED" }, "acct");
    const handler = gate.handler();
    await handle(handler, [message((tenant.data("ai_1")))]);
    await tenant.put("KILL_SWITCH", { engaged: true, effect: "BLOCK" }, "acct");
    await handle(handler, [message((tenant.data("ai_2")))]);
    const decisions = await tenant.decisions();
    expect(decisions.get("ai_1")).toMatchObject({
      decision: "AUTO_EXECUTE",
      mode_source: "TENANT_ACTION_TYPE",
    });
    expect(decisions.get("ai_2")).toMatchObject({ decision: "BLOCK", reason: "KILL_SWITCH" });
  });

  test("MODE-4: garbage stored for a mode is named, and allows nothing", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    await tenant.put("AUTONOMY#DEFAULT", { mode: "YOLO" }, "acct");
    await handle(gate.handler(), [message((tenant.data("ai_1")))]);
    expect((await tenant.decisions()).get("ai_1")).toMatchObject({
      decision: "REQUIRE_APPROVAL",
      reason: "UNKNOWN_MODE",
      autonomy_mode: null,
      mode_source: "ACCOUNT_DEFAULT",
    });
  });

  test("ALLOW-1: an account can be denied everything although its tenant is not", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    await tenant.put("BUDGET#CONFIG", { max_autonomous_per_day: 0 }, "acct");
    await handle(gate.handler(), [message((tenant.data("ai_1")))]);
    expect((await tenant.decisions()).get("ai_1")?.reason).toBe("BUDGET_EXHAUSTED");
  });
});

describe("corrupt configuration allows nothing and keeps nothing waiting:", () => {
  test.each([
    ["a mode", "AUTONOMY#DEFAULT", { mode: { S: "AUTO_EXECUTE" } }, "UNKNOWN_MODE"],
    ["a kill switch", "KILL_SWITCH", { engaged: "false", effect: { toString: 1 } }, "KILL_SWITCH"],
    ["a budget", "BUDGET#CONFIG", { max_autonomous_per_day: "5" }, "BUDGET_NOT_CONFIGURED"],
    ["a type's cap", "BUDGET#ACTION_TYPE#CREATE_INTERNAL_NOTE", {}, "BUDGET_NOT_CONFIGURED"],
    [
      "a budget of huge digits",
      "BUDGET#CONFIG",
      { max_autonomous_per_day: NumberValue.from("1e100") },
      "BUDGET_NOT_CONFIGURED",
    ],
  ])("%s", async (_, sk, attributes, reason) => {
    const tenant = gate.tenant();
    await tenant.allow();
    await tenant.put(sk, attributes, "acct");
    expect(await handle(gate.handler(), [message((tenant.data("ai_1")))])).toEqual([]);
    expect((await tenant.decisions()).get("ai_1")).toMatchObject({
      decision: "REQUIRE_APPROVAL",
      reason,
    });
  });

  test("a budget state", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const corrupt = { date_key: "yesterday", count: "none" };
    await tenant.put("BUDGET_STATE#CURRENT", corrupt, "acct", gate.tables.budgetState);
    expect(await handle(gate.handler(), [message((tenant.data("ai_1")))])).toEqual([]);
    expect((await tenant.decisions()).get("ai_1")?.reason).toBe("BUDGET_NOT_CONFIGURED");
    expect(await tenant.state()).toMatchObject(corrupt);
  });
});

describe("duplicates", () => {
  test("in one batch are decided once, and every message is answered", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const body = (tenant.data("ai_1"));
    const records = [message(body), message((tenant.data("ai_1"))), message(body)];
    expect(await handle(gate.handler(), records)).toEqual([]);
    expect(await tenant.state()).toMatchObject({ count: 1 });
    expect(await tenant.outcomes()).toHaveLength(1);
  });

  test("in one batch with another payload are put aside, and approve nothing", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const held = (tenant.data("ai_1", { confidence_score: 0.1 }));
    const forged = (tenant.data("ai_1", { confidence_score: 1 }));
    expect(await handle(gate.handler(), [message(held), message(forged)])).toEqual([]);
    expect((await tenant.outcomes()).map(({ detail }) => detail.data.decision)).toEqual([
      "REQUIRE_APPROVAL",
    ]);
    expect(await gate.quarantined()).toMatchObject([{ body: forged, code: "INTENT_CONFLICT" }]);
    expect(await tenant.state()).toBeUndefined();
  });

  test.each([1, 2])(
    "of a recorded intent with another payload are put aside (received %i times)",
    async (receiveCount) => {
      const tenant = gate.tenant();
      await tenant.allow();
      const handler = gate.handler();
      await handle(handler, [message((tenant.data("ai_1")))]);
      const before = await tenant.outcomes();
      const forged = (tenant.data("ai_1", { parameters: { text: "Pay 1,000,000" } }));
      expect(await handle(handler, [message(forged, { receiveCount })])).toEqual([]);
      expect(await tenant.outcomes()).toEqual(before);
      expect(await gate.quarantined()).toMatchObject([{ body: forged, code: "INTENT_CONFLICT" }]);
      expect(await tenant.state()).toMatchObject({ count: 1 });
    },
  );

  test("of a recorded intent beside a forged one: the true one is published again", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const handler = gate.handler();
    const body = (tenant.data("ai_1"));
    await handle(handler, [message(body)]);
    const forged = (tenant.data("ai_1", { note: "forged" }));
    expect(await handle(handler, [message(forged), message(body)])).toEqual([]);
    const [first, second] = (await tenant.outcomes()).map(({ detail }) => JSON.stringify(detail));
    expect(second).toBe(first);
    expect(await gate.quarantined()).toMatchObject([{ body: forged }]);
  });
});

describe("bad input in a batch with good", () => {
  test("meets its contract answer, and touches nothing else", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    const good = message((tenant.data("good")));
    const deep = "[".repeat(1_000) + "]".repeat(1_000);
    const malformed = `{"detail": {"data": ${JSON.stringify(tenant.data("x"))}`;
    const foreign = JSON.stringify({
      source: "someone.else",
      "detail-type": "ActionIntentCreated",
      detail: {},
    });
    const hash = (tenant.data("x", { account_id: "acct#ACCOUNT#other" }));
    const batch = [
      message(malformed),
      message(foreign),
      message(hash),
      message((tenant.data("large", { parameters: "x".repeat(300 * 1024) }))),
      message((tenant.data("deep", { parameters: "DEEP" })).replace('"DEEP"', deep)),
      message(
        (tenant.data("wide", { parameters: "WIDE" })).replace(
          '"WIDE"',
          `[${"0,".repeat(150_000)}0]`,
        ),
      ),
      message((tenant.data("fine", { expires_at: "2030-01-01T00:00:00.1234567890Z" }))),
      message((tenant.data("percent", { confidence_score: 87 }))),
      message((tenant.data("critical", { risk_level: "CRITICAL " }))),
      message((tenant.data("unknown", { action_type: "WIRE_MONEY" }))),
      good,
    ];
    expect(await handle(gate.handler(), batch)).toEqual([]);
    const outcomes = (await tenant.outcomes()).map(({ detail: { data } }) => [
      data.action_intent_id,
      data.decision,
      data.reason,
    ]);
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
    const quarantined = await gate.quarantined();
    expect(new Map(quarantined.map(({ body, code }) => [body, code]))).toEqual(
      new Map([
        [malformed, "MALFORMED_MESSAGE"],
        [foreign, "UNEXPECTED_EVENT"],
        [hash, "UNUSABLE_IDS"],
      ]),
    );
    for (const { detail } of quarantined) expect(detail).toMatch(/^[\x20-\x7e]{1,512}$/);
    expect(await tenant.state()).toMatchObject({ count: 1 });
  });

  test("an invalid intent has a record, and is answered alike when it comes again", async () => {
    const tenant = gate.tenant();
    const body = (tenant.data("ai_1", { expires_at: "soon" }));
    const handler = gate.handler();
    await handle(handler, [message(body)]);
    await handle(handler, [message(body, { receiveCount: 2 })]);
    const [first, second] = await tenant.outcomes();
    expect(first?.detail.data).toMatchObject({
      reason: "INVALID_INTENT",
      intent: null,
      action_type: "CREATE_INTERNAL_NOTE",
      explanation: expect.stringContaining("data.expires_at"),
    });
    expect(JSON.stringify(second?.detail)).toBe(JSON.stringify(first?.detail));
    expect((await tenant.decisions()).get("ai_1")?.facts).toBeNull();
  });

  test("a decision that cannot be read back fails alone", async () => {
    const tenant = gate.tenant();
    await tenant.allow();
    await tenant.put("DECISION#broken", { decision: "MAYBE" }, "acct", gate.tables.ledger);
    const broken = message((tenant.data("broken")));
    const again = message((tenant.data("broken2")));
    const mate = message((tenant.data("good")));
    expect(await handle(gate.handler(), [broken, mate, again])).toEqual([broken.messageId]);
    const reasons = (await tenant.outcomes()).map(({ detail }) => detail.data.reason);
    expect(reasons).toEqual(["POLICY_ALLOWED", "POLICY_ALLOWED"]);
    expect(await tenant.state()).toMatchObject({ count: 2 });
  });
});
