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
import { ABSENT } from "../stored.ts";
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
  expect(recompute(record)).toEqual({ status: "recomputed", decision: decisionIn(record) });
});

test("POL-11: a decision on an invalid intent is what its issues say", () => {
  const decision = decideInvalid([{ path: "data.expires_at", message: "must be …" }], NOW);
  expect(recompute(recordOf(aReceived(), decision))).toMatchObject({ decision });
});

test("a record whose answer was changed afterwards does not agree with its facts", () => {
  const { facts } = aRecord(anIntent({ confidence_score: 0.5 }));
  const forged: DecisionRecord = { ...aRecord(), facts };
  expect(forged.decision).toBe("AUTO_EXECUTE");
  expect(recompute(forged)).toMatchObject({ decision: { decision: "REQUIRE_APPROVAL" } });
});

test("a record without the budget that granted it is not automatic when it is taken again", () => {
  const { facts, autonomy_mode } = aRecord();
  const held = aRecord(anIntent(), aSnapshot({ budgets: { account: ABSENT } }));
  expect(recompute({ ...held, facts, autonomy_mode })).toMatchObject({
    decision: { decision: "REQUIRE_APPROVAL", reason: "BUDGET_NOT_CONFIGURED" },
  });
});

test("a record of a policy version that is not known is not taken again with another one", () => {
  const record = { ...aRecord(), policy_version: "V9" };
  expect(recompute(record)).toEqual({ status: "unknown-policy", policy_version: "V9" });
});
