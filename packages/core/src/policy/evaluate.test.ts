import { describe, expect, test } from "vitest";
import { ACCOUNT, NOTE } from "../../test/fixtures.ts";
import { AutoApprovalPolicyEngine } from "../autonomy/auto-approval-policy-engine.ts";
import { AUTONOMY_MODES } from "../mode/mode.ts";
import { CLAUSES_V1 } from "./clauses-v1.ts";
import { evaluatePolicy, type Policy } from "./evaluate.ts";
import type { Objection, RatedFinding } from "./policy.ts";
import type { PolicyQuestion } from "./question.ts";

/** What the gate asks of an intent that may run by itself. */
function aQuestion(more: Partial<PolicyQuestion["facts"]> = {}): PolicyQuestion {
  return {
    ...ACCOUNT,
    action_type: NOTE,
    autonomy_mode: "AUTO_EXECUTE",
    mode_source: "TENANT_DEFAULT",
    now: { epochMs: 0, instant: "1970-01-01T00:00:00.000Z" },
    facts: {
      risk_level: "LOW",
      risk_source: "CATALOGUE",
      confidence_score: 0.9,
      min_confidence: 0.7,
      catalogue_source: "BUILT_IN",
      ...more,
    },
  };
}

test("allows what nothing speaks against", () => {
  expect(evaluatePolicy(CLAUSES_V1, aQuestion()).decision).toBe("AUTO_EXECUTE");
});

/** JSON as a ledger item may hold it: the types are right, the meaning is not. */
test.each([
  ["a confidence that is no number", { confidence_score: Number.NaN }],
  ["a minimum that is no number", { min_confidence: Number.NaN }],
])("never allows on %s, though no clause may name it", (_, facts) => {
  expect(evaluatePolicy(CLAUSES_V1, aQuestion(facts)).decision).toBe("REQUIRE_APPROVAL");
});

describe("every policy", () => {
  const allowance: RatedFinding<"AUTO_EXECUTE"> = {
    clause: "EVERYTHING",
    reason: "POLICY_ALLOWED",
    decision: "AUTO_EXECUTE",
    explanation: "Everything may run.",
  };
  const objection: Objection = {
    clause: "NOTHING",
    reason: "TENANT_POLICY",
    decision: "REQUIRE_APPROVAL",
    explanation: "Nothing may run.",
  };
  const silent = { APPROVAL_REQUIRED: none, PROPOSE_ONLY: none, DISABLED: none, UNKNOWN: none };
  const policyOf = (...findings: RatedFinding[]): Policy => ({
    version: "V9",
    evaluate: { AUTO_EXECUTE: () => findings, ...silent },
  });
  const answerTo = (question: PolicyQuestion, ...findings: RatedFinding[]) =>
    evaluatePolicy(policyOf(...findings), question);

  test("is named in its answer", () => {
    expect(answerTo(aQuestion(), allowance)).toEqual({
      decision: "AUTO_EXECUTE",
      policy_version: "V9",
      primary: allowance,
      findings: [allowance],
    });
  });

  test("allows nothing that one of its own clauses speaks against", () => {
    expect(answerTo(aQuestion(), allowance, objection)).toEqual({
      decision: "REQUIRE_APPROVAL",
      policy_version: "V9",
      primary: objection,
      findings: [objection],
    });
  });

  test("allows nothing by silence, in any mode", () => {
    for (const autonomy_mode of [...AUTONOMY_MODES, null]) {
      expect(answerTo({ ...aQuestion(), autonomy_mode })).toMatchObject({
        decision: "REQUIRE_APPROVAL",
        primary: {
          reason: "POLICY_ERROR",
          explanation:
            "No clause of V9 covers this case, so it allows nothing. A person must approve this action.",
        },
      });
    }
  });

  test("comes after the kill switches, whatever it allows", () => {
    const question = aQuestion({ kill_switches: [{ scope: "TENANT", effect: "BLOCK" }] });
    expect(answerTo(question, allowance)).toMatchObject({
      decision: "BLOCK",
      findings: [{ reason: "KILL_SWITCH" }],
    });
    expect(answerTo(question, objection).findings.map(({ reason }) => reason)).toEqual([
      "KILL_SWITCH",
      "TENANT_POLICY",
    ]);
  });

  test("allows nothing in the place of a version that is not known", () => {
    expect(answerTo(aQuestion({ policy_found: '"V7"' }), allowance)).toMatchObject({
      decision: "REQUIRE_APPROVAL",
      findings: [{ reason: "POLICY_ERROR" }],
    });
  });
});

test("an intent that expires is blocked when the time is not known", () => {
  const { now, ...question } = aQuestion({ expires_at: "2030-01-01T00:00:00Z" });
  expect(evaluatePolicy(CLAUSES_V1, question).primary).toMatchObject({
    decision: "BLOCK",
    reason: "INTENT_EXPIRED",
    explanation:
      "The intent expires at 2030-01-01T00:00:00Z, and the time is not known. It must not run.",
  });
});

describe("AutoApprovalPolicyEngine", () => {
  const input = {
    ...ACCOUNT,
    action_type: NOTE,
    confidence_score: 0.91,
    risk_level: "LOW",
    autonomy_mode: "AUTO_EXECUTE",
  } as const;
  const engine = new AutoApprovalPolicyEngine();

  test("answers with decision, reason, explanation, clause and version", async () => {
    expect(await engine.evaluate(input)).toEqual({
      decision: "AUTO_EXECUTE",
      reason: "POLICY_ALLOWED",
      explanation: "It may run by itself: risk LOW, confidence 0.91 of at least 0.7.",
      policy_version: "AutoApprovalPolicyV1",
      policy_clause: "AUTO_EXECUTE_ALLOWED",
    });
  });

  test.each([
    ["POL-1", { risk_level: "CRITICAL" }, "RISK_LEVEL_HIGH"],
    ["POL-2", { risk_level: "" }, "RISK_LEVEL_UNKNOWN"],
    ["POL-3", { risk_level: " HIGH" }, "RISK_LEVEL_HIGH"],
    ["POL-4", { confidence_score: Number.NaN }, "CONFIDENCE_INVALID"],
    ["POL-5", { confidence_score: 87 }, "CONFIDENCE_INVALID"],
    ["POL-5", { confidence_score: Number.POSITIVE_INFINITY }, "CONFIDENCE_INVALID"],
    ["POL-9", { risk_level: "MEDIUM" }, "RISK_LEVEL_MEDIUM"],
    ["POL-10", { confidence_score: 0.699 }, "CONFIDENCE_BELOW_THRESHOLD"],
    ["a whole number too large for JSON", { risk_level: 10n }, "RISK_LEVEL_UNKNOWN"],
    ["a thing within itself", { risk_level: circle() }, "RISK_LEVEL_UNKNOWN"],
    ["a word that is no level", { risk_level: Symbol("LOW") }, "RISK_LEVEL_UNKNOWN"],
    ["a confidence too large for JSON", { confidence_score: 1n }, "CONFIDENCE_INVALID"],
  ])("%s: %o needs a person", async (_, more, reason) => {
    expect(await engine.evaluate({ ...input, ...more })).toMatchObject({
      decision: "REQUIRE_APPROVAL",
      reason,
    });
  });

  test("looks a type up in the catalogue it was given first", async () => {
    const entry = { risk_tier: "HIGH", min_confidence: 0.7, external_contact: false } as const;
    const own = new AutoApprovalPolicyEngine(new Map([[NOTE, entry]]));
    expect((await own.evaluate(input)).reason).toBe("RISK_LEVEL_HIGH");
  });
});

function none(): [] {
  return [];
}

function circle(): object {
  const round: { self?: object } = {};
  round.self = round;
  return round;
}
