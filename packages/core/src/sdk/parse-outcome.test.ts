import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { intents, permissiveSnapshots, snapshots } from "../../test/arbitraries.ts";
import { anIntent, aReceived, aRecord, aSnapshot, NOW, readable } from "../../test/fixtures.ts";
import { runs } from "../../test/runs.ts";
import { decideInvalid } from "../gate/decide.ts";
import { recordOf } from "../gate/received.ts";
import { type Outcome, outcomeOf } from "../outcome/outcome.ts";
import { type AutoApprovedEvent, OutcomeError, parseOutcome } from "./parse-outcome.ts";

describe("whatever the gate emits", () => {
  test("is read as what it is, for 10,000 random intents and configurations", () => {
    const facts = fc.oneof(snapshots, permissiveSnapshots);
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(intents, facts, (intent, snapshot) => {
        const outcome = outcomeOf(aRecord(intent, snapshot), canonicalize(jsonOf(intent)) ?? "");
        const parsed = parseOutcome(eventOf(outcome));
        expect(parsed["detail-type"]).toBe(outcome.detailType);
        expect(parsed.detail).toEqual(JSON.parse(outcome.detail));
        const { reason } = parsed.detail.data;
        seen.set(reason, (seen.get(reason) ?? 0) + 1);
      }),
      { numRuns: runs(10_000, 3_000) },
    );
    // The random intents reach every reason but INVALID_INTENT, which has its own test below.
    expect([...seen.keys()].sort()).toEqual(REASONS_BUT_INVALID);
  }, 60_000);

  test("is read when the intent was not valid", () => {
    const issues = [{ path: "data.expires_at", message: "must be an instant" }];
    const decision = decideInvalid(issues, NOW);
    const received = {
      ...aReceived(),
      content: { valid: false, action_type: null, issues },
    } as const;
    const parsed = parseOutcome(eventOf(outcomeOf(recordOf(received, decision), null)));
    expect(parsed["detail-type"]).toBe("ActionBlocked");
    expect(parsed.detail.data).toMatchObject({
      reason: "INVALID_INTENT",
      intent: null,
      facts: null,
    });
  });
});

describe("an outcome", () => {
  const outcome = outcomeOf(aRecord(), JSON.stringify(anIntent()));
  const event = eventOf(outcome);
  const text = JSON.stringify(event);

  test.each([
    ["an EventBridge event", event],
    ["its JSON text", text],
    ["an SQS record as Lambda gets it", { messageId: "m", body: text }],
    ["an SQS message as ReceiveMessage returns it", { MessageId: "m", Body: text }],
  ])("is read from %s", (_, carrier) => {
    expect(parseOutcome(carrier)).toEqual(event);
  });

  test("narrows by its detail-type", () => {
    const parsed = parseOutcome(event);
    if (parsed["detail-type"] !== "ActionAutoApproved") expect.unreachable();
    expectTypeOf(parsed).toEqualTypeOf<AutoApprovedEvent>();
    expectTypeOf(parsed.detail.data.approval_source).toEqualTypeOf<"POLICY">();
    expect(parsed.detail.data.intent.action_intent_id).toBe("ai_1769600000000_x7k2");
  });

  test("keeps fields that a later gate adds", () => {
    const detail = JSON.parse(outcome.detail);
    const later = { ...event, detail: { ...detail, data: { ...detail.data, colour: "green" } } };
    expect(parseOutcome(later).detail.data).toHaveProperty("colour", "green");
  });
});

describe("what is no outcome is refused, with the reason as a code", () => {
  const held = outcomeOf(
    aRecord(anIntent(), aSnapshot({ modes: { ACCOUNT_ACTION_TYPE: readable("PROPOSE_ONLY") } })),
    "{}",
  );
  const event = eventOf(outcomeOf(aRecord(), JSON.stringify(anIntent())));
  const { metadata, data } = event.detail;

  test.each([
    ["MALFORMED", "not JSON"],
    ["MALFORMED", "[]"],
    ["MALFORMED", 7],
    ["MALFORMED", undefined],
    ["MALFORMED", { body: "{" }],
    ["MALFORMED", { ...event, source: 7 }],
    ["UNEXPECTED_EVENT", { ...event, source: "autonomy.admin" }],
    ["UNEXPECTED_EVENT", { ...event, "detail-type": "toString" }],
    [
      "UNSUPPORTED_VERSION",
      { ...event, detail: { metadata: { ...metadata, schema_version: "2" }, data } },
    ],
    ["INVALID_OUTCOME", { ...event, detail: { data } }],
    ["INVALID_OUTCOME", { ...event, "detail-type": "ActionBlocked" }],
    [
      "INVALID_OUTCOME",
      { ...event, detail: { metadata, data: { ...data, reason: "MOON_PHASE" } } },
    ],
    [
      "INVALID_OUTCOME",
      { ...event, detail: { metadata, data: { ...data, auto_executed: false } } },
    ],
    ["INVALID_OUTCOME", { ...event, detail: { metadata, data: { ...data, decided_at: "today" } } }],
    // The intent it was about is gone: nobody could approve it.
    ["INVALID_OUTCOME", eventOf(held)],
  ])("%s: %j", (code, input) => {
    const error = errorOf(() => parseOutcome(input));
    expect(error.code).toBe(code);
    if (code === "INVALID_OUTCOME") expect(error.issues).not.toHaveLength(0);
  });
});

const REASONS_BUT_INVALID = [
  "ACTION_TYPE_DISABLED",
  "ACTION_TYPE_UNKNOWN",
  "BUDGET_EXHAUSTED",
  "BUDGET_NOT_CONFIGURED",
  "CONFIDENCE_BELOW_THRESHOLD",
  "CONFIDENCE_INVALID",
  "CONFIDENCE_MISSING",
  "EXTERNAL_CONTACT",
  "INTENT_EXPIRED",
  "KILL_SWITCH",
  "MODE_NOT_CONFIGURED",
  "POLICY_ALLOWED",
  "POLICY_ERROR",
  "PROPOSE_ONLY",
  "RISK_LEVEL_HIGH",
  "RISK_LEVEL_MEDIUM",
  "RISK_LEVEL_UNKNOWN",
  "TENANT_POLICY",
  "UNKNOWN_MODE",
];

/** As EventBridge would deliver it. */
function eventOf({ detailType, detail }: Outcome) {
  return {
    version: "0",
    id: "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": detailType,
    source: "autonomy.gate",
    time: "2026-11-22T09:30:01Z",
    detail: JSON.parse(detail),
  };
}

/** What of a value travels. */
function jsonOf(value: object): object {
  return JSON.parse(JSON.stringify(value));
}

function errorOf(act: () => unknown): OutcomeError {
  try {
    act();
  } catch (error) {
    if (error instanceof OutcomeError) return error;
    throw error;
  }
  return expect.unreachable();
}
