import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anIntent, aReceived, aRecord, aSnapshot, NOW, readable } from "../../test/fixtures.ts";
import { runs } from "../../test/runs.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import { decideInvalid } from "../gate/decide.ts";
import { recordOf } from "../gate/received.ts";
import { recordFrom } from "../store/items.ts";
import { outcomeOf } from "./outcome.ts";

const INTENT = '{"a":1,"b":{"c":[true,null]}}';

test("carries the record and the intent, under the contract's names", () => {
  const record = aRecord();
  const { detailType, detail } = outcomeOf(record, INTENT);
  const { fingerprint, trace_id, causation_id, date_key, ...data } = record;
  expect(detailType).toBe("ActionAutoApproved");
  expect(JSON.parse(detail)).toEqual({
    metadata: {
      event_id: record.decision_id,
      schema_version: "1",
      occurred_at: NOW,
      trace_id: "trace-7",
      causation_id: "0192",
    },
    data: { ...data, intent: { a: 1, b: { c: [true, null] } } },
  });
});

test.each([
  ["ActionAutoApproved", {}],
  ["ActionApprovalRequired", { modes: { ACCOUNT_ACTION_TYPE: readable("PROPOSE_ONLY") } }],
  ["ActionBlocked", { modes: { ACCOUNT_ACTION_TYPE: readable("DISABLED") } }],
] as const)("GATE-12: is %s, with reason and explanation", (detailType, facts) => {
  const record = aRecord(anIntent(), aSnapshot(facts));
  const outcome = outcomeOf(record, INTENT);
  expect(outcome.detailType).toBe(detailType);
  expect(JSON.parse(outcome.detail).data).toMatchObject({
    decision: record.decision,
    reason: record.reason,
    explanation: record.explanation,
    reasons: record.reasons,
    policy_version: "AutoApprovalPolicyV1",
  });
});

test("keeps the ledger's own attributes to itself", () => {
  const { data } = JSON.parse(outcomeOf(aRecord(), INTENT).detail);
  for (const name of [
    "fingerprint",
    "trace_id",
    "causation_id",
    "date_key",
    "pk",
    "sk",
    "list_pk",
  ]) {
    expect(data).not.toHaveProperty(name);
  }
});

test("has no trace and no cause where the intent had none", () => {
  const { trace_id, causation_id, ...record } = aRecord();
  const { metadata } = JSON.parse(outcomeOf(record, INTENT).detail);
  expect(Object.keys(metadata).sort()).toEqual(["event_id", "occurred_at", "schema_version"]);
});

test("echoes the intent as it was canonicalized, byte by byte", () => {
  const odd = '{"":"\\u2028\\"","n":1e+30,"__proto__":{"x":1},"ü":"😀"}';
  const { detail } = outcomeOf(aRecord(), odd);
  expect(detail.endsWith(`,"intent":${odd}}}`)).toBe(true);
});

test("has no intent when that was not valid, whatever was received", () => {
  const decision = decideInvalid([{ path: "data.expires_at", message: "must be …" }], NOW);
  const record = recordOf(aReceived(), decision);
  const { data } = JSON.parse(outcomeOf(record, INTENT).detail);
  expect(data).toMatchObject({ reason: "INVALID_INTENT", intent: null });
});

describe("is the same to the byte", () => {
  const record = aRecord(
    anIntent({ confidence_score: 0.1 + 0.2, action_type: "REQUEST_RENEWAL_MEETING" }),
    aSnapshot({ killSwitches: { GLOBAL: readable({ engaged: true, effect: "BLOCK" }) } }),
  );
  const { detail } = outcomeOf(record, INTENT);

  test("whatever order the store returned the attributes in", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 64, maxLength: 64 }), (order) => {
        const stored = recordFrom(shuffled(record, order));
        expect(stored.status).toBe("readable");
        if (stored.status === "readable") {
          expect(outcomeOf(stored.value, INTENT).detail).toBe(detail);
        }
      }),
      { numRuns: runs(1_000) },
    );
  });

  test("when a later version wrote what this one does not know, at any depth", () => {
    if (record.decision !== "BLOCK") return expect.unreachable();
    const later: DecisionRecord = {
      ...record,
      region: "eu",
      facts: { ...record.facts, weather: "rain", ...factsNeeded(record) },
      reasons: record.reasons.map((finding) => ({ ...finding, weight: 3 })),
    };
    const expected = outcomeOf(later, INTENT).detail;
    expect(expected).toContain('"weight":3');
    const stored = recordFrom({ pk: "p", sk: "s", list_pk: "l", ...later });
    expect(stored).toMatchObject({ status: "readable" });
    if (stored.status === "readable") {
      expect(outcomeOf(stored.value, INTENT).detail).toBe(expected);
    }
  });
});

function factsNeeded({ facts }: DecisionRecord) {
  if (facts === null) throw new TypeError("A valid intent's decision has facts.");
  const stops = (facts.kill_switches ?? []).map((stop) => ({ ...stop, by: "ops" }));
  return { ...facts, kill_switches: stops };
}

/** The same value with the keys of every object in another order. */
function shuffled(value: unknown, order: readonly number[]): Record<string, unknown> {
  const parsed: unknown = JSON.parse(JSON.stringify(value), (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner);
    return Object.fromEntries(
      entries
        .map((entry, index) => ({ entry, at: order[index % order.length] ?? 0 }))
        .sort((a, b) => a.at - b.at)
        .map(({ entry }) => entry),
    );
  });
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}
