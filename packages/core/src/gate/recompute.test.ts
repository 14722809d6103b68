import { expect, test } from "vitest";
import {
  aBudgetState,
  anIntent,
  aReceived,
  aRecord,
  aSnapshot,
  NOW,
  readable,
} from "../../test/fixtures.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import { decideInvalid } from "./decide.ts";
import { recordOf } from "./received.ts";
import { recompute } from "./recompute.ts";

/** What the ledger says, without what is not the decision's. */
function decisionIn(record: DecisionRecord) {
  const {
    decision_id,
    action_intent_id,
    tenant_id,
    account_id,
    action_type,
    fingerprint,
    trace_id,
    causation_id,
    ...decision
  } = record;
  return decision;
}

test.each([
  ["that runs by itself", aRecord()],
  [
    "on a spent budget",
    aRecord(anIntent(), aSnapshot({ budgetState: aBudgetState({ count: 5 }) })),
  ],
  [
    "on a mode",
    aRecord(anIntent(), aSnapshot({ modes: { ACCOUNT_ACTION_TYPE: readable("DISABLED") } })),
  ],
  ["on an expired intent", aRecord(anIntent({ expires_at: NOW }))],
  ["on a confidence in percent", aRecord(anIntent({ confidence_score: 87 }))],
])("POL-11: a decision %s is the same when it is taken again", (_, record) => {
  expect(recompute(record)).toEqual(decisionIn(record));
});

test("POL-11: a decision on an invalid intent is what its issues say", () => {
  const decision = decideInvalid([{ path: "data.expires_at", message: "must be …" }], NOW);
  expect(recompute(recordOf(aReceived(), decision))).toMatchObject(decision);
});

test("a record whose answer was changed afterwards does not agree with its facts", () => {
  const held = aRecord(anIntent({ confidence_score: 0.5 }));
  const forged: DecisionRecord = { ...held, decision: "AUTO_EXECUTE", auto_executed: true };
  expect(recompute(forged).decision).toBe("REQUIRE_APPROVAL");
});

test("a record without the budget that granted it is not automatic when it is taken again", () => {
  const { budget, ...record } = aRecord();
  expect(recompute(record)).toMatchObject({ decision: "REQUIRE_APPROVAL", auto_executed: false });
});
