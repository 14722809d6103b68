import { describe, expect, test } from "vitest";
import {
  aBudget,
  aBudgetState,
  aClaim,
  anIntent,
  aSnapshot,
  NOW,
  readable,
  unreadable,
} from "../../test/fixtures.ts";
import { calendarAt, instantMs } from "../day.ts";
import type { ActionIntentV1 } from "../intent/intent.ts";
import { recordFrom } from "../store/items.ts";
import { ABSENT } from "../stored.ts";
import { decide, decideInvalid } from "./decide.ts";
import { decideNow } from "./decide-now.ts";
import type { Snapshot } from "./snapshot.ts";

const APPROVE = "A person must approve this action.";

const MODE = (mode: "AUTO_EXECUTE" | "APPROVAL_REQUIRED" | "PROPOSE_ONLY" | "DISABLED") => ({
  modes: { ACCOUNT_ACTION_TYPE: readable(mode) },
});
const NO_MODE = { modes: { ACCOUNT_ACTION_TYPE: ABSENT } };
const STOP = (effect: "REQUIRE_APPROVAL" | "BLOCK", reason?: string) =>
  readable({ engaged: true, effect, ...(reason === undefined ? {} : { reason }) } as const);

test("an intent that nothing speaks against runs by itself, and says on what grounds", () => {
  const decision = decideNow(anIntent(), aSnapshot());
  const explanation =
    "It may run by itself: risk LOW, confidence 0.91 of at least 0.7. Within the budget of 5 for 2026-11-22 (UTC).";
  expect(decision).toEqual({
    decision: "AUTO_EXECUTE",
    reason: "POLICY_ALLOWED",
    explanation,
    reasons: [{ reason: "POLICY_ALLOWED", clause: "AUTO_EXECUTE_ALLOWED", explanation }],
    policy_version: "AutoApprovalPolicyV1",
    policy_clause: "AUTO_EXECUTE_ALLOWED",
    autonomy_mode: "AUTO_EXECUTE",
    mode_source: "ACCOUNT_ACTION_TYPE",
    facts: {
      risk_level: "LOW",
      risk_source: "CATALOGUE",
      confidence_score: 0.91,
      min_confidence: 0.7,
      catalogue_source: "BUILT_IN",
      lifecycle_state: "ACTIVE",
      expires_at: "2026-12-22T09:30:00.000Z",
    },
    budget: {
      date_key: "2026-11-22",
      timezone: "UTC",
      limit: 5,
      limited_by: "DAY",
      resets_at: "2026-11-23T00:00:00.000Z",
    },
    executable_after_approval: true,
    approval_source: "POLICY",
    auto_executed: true,
    decided_at: NOW,
    date_key: "2026-11-22",
  });
});

interface Case {
  readonly name: string;
  readonly intent?: ActionIntentV1;
  readonly snapshot?: Snapshot;
  readonly decision?: "BLOCK";
  /** Reason and clause. */
  readonly because: readonly [string, string];
  readonly explanation: string;
  readonly notAfterApproval?: true;
}

const CASES: readonly Case[] = [
  {
    name: "GATE-4: a global kill switch that wants approval",
    snapshot: aSnapshot({ killSwitches: { GLOBAL: STOP("REQUIRE_APPROVAL", "incident 7") } }),
    because: ["KILL_SWITCH", "KILL_SWITCH"],
    explanation: `The global kill switch is engaged ("incident 7"). ${APPROVE}`,
  },
  {
    name: "GATE-4: a tenant's kill switch that blocks",
    snapshot: aSnapshot({ killSwitches: { TENANT: STOP("BLOCK", "incident 7") } }),
    decision: "BLOCK",
    because: ["KILL_SWITCH", "KILL_SWITCH"],
    explanation:
      'The kill switch of tenant acme is engaged ("incident 7"). This action must not run.',
  },
  {
    name: "GATE-4: an account's kill switch without a reason",
    snapshot: aSnapshot({ killSwitches: { ACCOUNT: STOP("REQUIRE_APPROVAL") } }),
    because: ["KILL_SWITCH", "KILL_SWITCH"],
    explanation: `The kill switch of account acct_42 is engaged. ${APPROVE}`,
  },
  {
    name: "the platform's kill switch of a tenant",
    snapshot: aSnapshot({
      killSwitches: {
        TENANT_PLATFORM: STOP("BLOCK", "incident 7"),
        TENANT: readable({ engaged: false }),
      },
    }),
    decision: "BLOCK",
    because: ["KILL_SWITCH", "KILL_SWITCH"],
    explanation:
      'The platform\'s kill switch of tenant acme is engaged ("incident 7"). This action must not run.',
  },
  {
    name: "the platform's kill switch of an account",
    snapshot: aSnapshot({ killSwitches: { ACCOUNT_PLATFORM: STOP("REQUIRE_APPROVAL") } }),
    because: ["KILL_SWITCH", "KILL_SWITCH"],
    explanation: `The platform's kill switch of account acct_42 is engaged. ${APPROVE}`,
  },
  {
    name: "a floor that a tenant's entry is looser than",
    snapshot: aSnapshot({
      catalogue: {
        TENANT: readable({ risk_tier: "MINIMAL", min_confidence: 0, external_contact: false }),
        GLOBAL: readable({ risk_tier: "CRITICAL", min_confidence: 0.9, external_contact: false }),
      },
    }),
    because: ["RISK_LEVEL_HIGH", "RISK_LEVEL"],
    explanation: `The risk of CREATE_INTERNAL_NOTE is CRITICAL, by the catalogue; only MINIMAL and LOW run by themselves. ${APPROVE}`,
  },
  {
    name: "a floor that cannot be read under a tenant's entry that can",
    snapshot: aSnapshot({
      catalogue: {
        TENANT: readable({ risk_tier: "LOW", min_confidence: 0.7, external_contact: false }),
        GLOBAL: unreadable(),
      },
    }),
    because: ["ACTION_TYPE_UNKNOWN", "CATALOGUE"],
    explanation: `The catalogue entry of CREATE_INTERNAL_NOTE cannot be read, so its risk is not known. ${APPROVE}`,
  },
  {
    name: "a kill switch that cannot be read",
    snapshot: aSnapshot({
      killSwitches: { ACCOUNT: { status: "unreadable", effect: "REQUIRE_APPROVAL" } },
    }),
    because: ["KILL_SWITCH", "KILL_SWITCH"],
    explanation: `The kill switch of account acct_42 cannot be read and counts as engaged. ${APPROVE}`,
  },
  {
    name: "GATE-5: an intent that has expired",
    intent: anIntent({ expires_at: "2026-11-22T09:30:01.119Z" }),
    decision: "BLOCK",
    because: ["INTENT_EXPIRED", "EXPIRY"],
    explanation: `The intent expired at 2026-11-22T09:30:01.119Z; it was decided at ${NOW}. It must not run.`,
  },
  {
    name: "GATE-5: an intent that expires at this very moment",
    intent: anIntent({ expires_at: "2026-11-22T10:30:01.12+01:00" }),
    decision: "BLOCK",
    because: ["INTENT_EXPIRED", "EXPIRY"],
    explanation: `The intent expired at 2026-11-22T10:30:01.12+01:00; it was decided at ${NOW}. It must not run.`,
  },
  {
    name: "GATE-6: a disabled action type",
    snapshot: aSnapshot(MODE("DISABLED")),
    decision: "BLOCK",
    because: ["ACTION_TYPE_DISABLED", "DISABLED"],
    explanation:
      "CREATE_INTERNAL_NOTE is disabled for account acct_42 (mode DISABLED, set for this account and action type). It must not run.",
  },
  {
    name: "POL-7: an action type nobody registered",
    intent: anIntent({ action_type: "WIRE_MONEY" }),
    because: ["ACTION_TYPE_UNKNOWN", "CATALOGUE"],
    explanation: `WIRE_MONEY is not in the action-type catalogue, so its risk is not known. ${APPROVE}`,
  },
  {
    name: "a catalogue entry that cannot be read",
    snapshot: aSnapshot({ catalogue: { TENANT: unreadable() } }),
    because: ["ACTION_TYPE_UNKNOWN", "CATALOGUE"],
    explanation: `The catalogue entry of CREATE_INTERNAL_NOTE cannot be read, so its risk is not known. ${APPROVE}`,
  },
  {
    name: "a type that agents may only propose",
    snapshot: aSnapshot({ modes: { ...NO_MODE.modes, TENANT_DEFAULT: readable("PROPOSE_ONLY") } }),
    because: ["PROPOSE_ONLY", "PROPOSE_ONLY"],
    explanation:
      "Agents may only propose CREATE_INTERNAL_NOTE on account acct_42 (mode PROPOSE_ONLY, the tenant's default). A person has to carry it out.",
    notAfterApproval: true,
  },
  {
    name: "no mode at any level",
    snapshot: aSnapshot(NO_MODE),
    because: ["MODE_NOT_CONFIGURED", "APPROVAL_REQUIRED"],
    explanation: `No autonomy mode is configured for CREATE_INTERNAL_NOTE on account acct_42 at any level. ${APPROVE}`,
  },
  {
    name: "a mode that asks for approval",
    snapshot: aSnapshot({
      modes: { ...NO_MODE.modes, GLOBAL_DEFAULT: readable("APPROVAL_REQUIRED") },
    }),
    because: ["TENANT_POLICY", "APPROVAL_REQUIRED"],
    explanation: `CREATE_INTERNAL_NOTE on account acct_42 needs approval (mode APPROVAL_REQUIRED, the global default). ${APPROVE}`,
  },
  {
    name: "MODE-4: a stored mode that is none",
    snapshot: aSnapshot({ modes: { ACCOUNT_ACTION_TYPE: unreadable('"YOLO"') } }),
    because: ["UNKNOWN_MODE", "UNKNOWN_MODE"],
    explanation: `The mode stored for CREATE_INTERNAL_NOTE on account acct_42 is "YOLO", which is not a known mode (set for this account and action type). ${APPROVE}`,
  },
  {
    name: "an action that reaches people outside",
    snapshot: aSnapshot({
      catalogue: {
        TENANT: readable({ risk_tier: "LOW", min_confidence: 0.6, external_contact: true }),
      },
    }),
    because: ["EXTERNAL_CONTACT", "EXTERNAL_CONTACT"],
    explanation: `CREATE_INTERNAL_NOTE contacts people outside the company. ${APPROVE}`,
  },
  {
    name: "a risk level that is none",
    intent: anIntent({ risk_level: "EXTREME" }),
    because: ["RISK_LEVEL_UNKNOWN", "RISK_LEVEL"],
    explanation: `The intent's risk level "EXTREME" is not a known one (MINIMAL, LOW, MEDIUM, HIGH, CRITICAL). ${APPROVE}`,
  },
  {
    name: "POL-2: an empty risk level",
    intent: anIntent({ risk_level: "" }),
    because: ["RISK_LEVEL_UNKNOWN", "RISK_LEVEL"],
    explanation: `The intent's risk level "" is not a known one (MINIMAL, LOW, MEDIUM, HIGH, CRITICAL). ${APPROVE}`,
  },
  {
    name: "POL-1: a critical risk",
    intent: anIntent({ risk_level: "CRITICAL" }),
    because: ["RISK_LEVEL_HIGH", "RISK_LEVEL"],
    explanation: `The risk of CREATE_INTERNAL_NOTE is CRITICAL, by the intent itself; only MINIMAL and LOW run by themselves. ${APPROVE}`,
  },
  {
    name: "POL-3: a high risk with spaces around it",
    intent: anIntent({ risk_level: " high\n" }),
    because: ["RISK_LEVEL_HIGH", "RISK_LEVEL"],
    explanation: `The risk of CREATE_INTERNAL_NOTE is HIGH, by the intent itself; only MINIMAL and LOW run by themselves. ${APPROVE}`,
  },
  {
    name: "POL-9: a medium risk, which is not called high",
    intent: anIntent({ action_type: "CREATE_OPPORTUNITY" }),
    because: ["RISK_LEVEL_MEDIUM", "RISK_LEVEL"],
    explanation: `The risk of CREATE_OPPORTUNITY is MEDIUM, by the catalogue; only MINIMAL and LOW run by themselves. ${APPROVE}`,
  },
  {
    name: "no confidence",
    intent: anIntent({ confidence_score: null }),
    because: ["CONFIDENCE_MISSING", "CONFIDENCE"],
    explanation: `The intent has no confidence score; at least 0.7 is needed to run by itself. ${APPROVE}`,
  },
  {
    name: "POL-4: a confidence that is not a number",
    intent: anIntent({ confidence_score: Number.NaN }),
    because: ["CONFIDENCE_INVALID", "CONFIDENCE"],
    explanation: `The intent's confidence score NaN is not a number from 0 to 1. ${APPROVE}`,
  },
  {
    name: "POL-5: a confidence in percent",
    intent: anIntent({ confidence_score: 87 }),
    because: ["CONFIDENCE_INVALID", "CONFIDENCE"],
    explanation: `The intent's confidence score 87 is not a number from 0 to 1. ${APPROVE}`,
  },
  {
    name: "POL-5: a boundless confidence",
    intent: anIntent({ confidence_score: Number.POSITIVE_INFINITY }),
    because: ["CONFIDENCE_INVALID", "CONFIDENCE"],
    explanation: `The intent's confidence score Infinity is not a number from 0 to 1. ${APPROVE}`,
  },
  {
    name: "POL-10: a confidence a thousandth too low, in all its digits",
    intent: anIntent({ confidence_score: 0.699 }),
    because: ["CONFIDENCE_BELOW_THRESHOLD", "CONFIDENCE"],
    explanation: `Confidence 0.699 is below the 0.7 that CREATE_INTERNAL_NOTE needs to run by itself. ${APPROVE}`,
  },
  {
    name: "POL-10: a confidence as little too low as can be",
    intent: anIntent({ confidence_score: 0.6999999999999998 }),
    because: ["CONFIDENCE_BELOW_THRESHOLD", "CONFIDENCE"],
    explanation: `Confidence 0.6999999999999998 is below the 0.7 that CREATE_INTERNAL_NOTE needs to run by itself. ${APPROVE}`,
  },
  {
    name: "a policy version this gate does not know",
    snapshot: aSnapshot({
      activePolicy: { TENANT: readable({ policy_version: "AutoApprovalPolicyV9" }) },
    }),
    because: ["POLICY_ERROR", "POLICY_ERROR"],
    explanation: `The active policy is set to "AutoApprovalPolicyV9", which this gate does not know, so it allows nothing. ${APPROVE}`,
  },
  {
    name: "BUD-5: no budget",
    snapshot: aSnapshot({ budgets: { account: ABSENT } }),
    because: ["BUDGET_NOT_CONFIGURED", "BUDGET_CONFIG"],
    explanation: `CREATE_INTERNAL_NOTE may not run by itself on account acct_42: neither the account nor its tenant has a budget. ${APPROVE}`,
  },
  {
    name: "a budget that cannot be read, though the tenant's could",
    snapshot: aSnapshot({ budgets: { account: unreadable(), tenant: readable(aBudget()) } }),
    because: ["BUDGET_NOT_CONFIGURED", "BUDGET_CONFIG"],
    explanation: `CREATE_INTERNAL_NOTE may not run by itself on account acct_42: the stored budget cannot be read. ${APPROVE}`,
  },
  {
    name: "a type's cap that cannot be read",
    snapshot: aSnapshot({ budgets: { accountActionType: unreadable() } }),
    because: ["BUDGET_NOT_CONFIGURED", "BUDGET_CONFIG"],
    explanation: `CREATE_INTERNAL_NOTE may not run by itself on account acct_42: the stored cap of CREATE_INTERNAL_NOTE cannot be read. ${APPROVE}`,
  },
  {
    name: "a budget state that cannot be read",
    snapshot: aSnapshot({ budgetState: unreadable() }),
    because: ["BUDGET_NOT_CONFIGURED", "BUDGET_CONFIG"],
    explanation: `CREATE_INTERNAL_NOTE may not run by itself on account acct_42: the stored budget state cannot be read. ${APPROVE}`,
  },
  {
    name: "BUD-5: a spent day",
    snapshot: aSnapshot({ budgetState: aBudgetState({ count: 5 }) }),
    because: ["BUDGET_EXHAUSTED", "BUDGET_DAY"],
    explanation: `Account acct_42 has used 5 of its 5 autonomous actions for 2026-11-22 (UTC); the budget resets at 2026-11-23T00:00:00.000Z. ${APPROVE}`,
  },
  {
    name: "BUD-5: a spent cap of the type",
    snapshot: aSnapshot({
      budgets: { account: readable(aBudget({ max_per_action_type: { CREATE_INTERNAL_NOTE: 2 } })) },
      budgetState: aBudgetState({ count: 2, byType: { CREATE_INTERNAL_NOTE: 2 } }),
    }),
    because: ["BUDGET_EXHAUSTED", "BUDGET_ACTION_TYPE"],
    explanation: `Account acct_42 has used 2 of its 2 autonomous CREATE_INTERNAL_NOTE actions for 2026-11-22 (UTC); the budget resets at 2026-11-23T00:00:00.000Z. ${APPROVE}`,
  },
  {
    name: "a limit lowered below what was used",
    snapshot: aSnapshot({
      budgets: { account: readable(aBudget({ max_autonomous_per_day: 3 })) },
      budgetState: aBudgetState({ count: 5 }),
    }),
    because: ["BUDGET_EXHAUSTED", "BUDGET_DAY"],
    explanation: `Account acct_42 has used 5 of its 3 autonomous actions for 2026-11-22 (UTC); the budget resets at 2026-11-23T00:00:00.000Z. ${APPROVE}`,
  },
  {
    name: "a limit of 0",
    snapshot: aSnapshot({ budgets: { account: readable(aBudget({ max_autonomous_per_day: 0 })) } }),
    because: ["BUDGET_EXHAUSTED", "BUDGET_DAY"],
    explanation: `Account acct_42 has a limit of 0 autonomous actions a day, so none may run by itself. ${APPROVE}`,
  },
  {
    name: "BUD-2: a cap of 0, which means never",
    snapshot: aSnapshot({
      budgets: { account: readable(aBudget({ max_per_action_type: { CREATE_INTERNAL_NOTE: 0 } })) },
    }),
    because: ["BUDGET_EXHAUSTED", "BUDGET_ACTION_TYPE"],
    explanation: `Account acct_42 has a limit of 0 autonomous CREATE_INTERNAL_NOTE actions a day, so none may run by itself. ${APPROVE}`,
  },
];

describe.each(CASES)("$name", (example) => {
  const decision = decideNow(example.intent ?? anIntent(), example.snapshot ?? aSnapshot());
  const [reason, clause] = example.because;

  test(`is ${example.decision ?? "REQUIRE_APPROVAL"} because of ${reason}`, () => {
    expect(decision).toMatchObject({
      decision: example.decision ?? "REQUIRE_APPROVAL",
      reason,
      policy_clause: clause,
      explanation: example.explanation,
      approval_source: null,
      auto_executed: false,
      executable_after_approval:
        example.decision !== "BLOCK" && example.notAfterApproval === undefined,
    });
    expect(decision.date_key).toBeUndefined();
    expect(decision.reasons[0]).toEqual({ reason, clause, explanation: example.explanation });
  });

  test("can be stored and read back as it is", () => {
    const { facts, ...rest } = decision;
    expect(recordFrom({ ...ids(), ...rest, facts })).toEqual({
      status: "readable",
      value: { ...ids(), ...decision },
    });
  });
});

function ids() {
  const { tenant_id, account_id, action_type, action_intent_id } = anIntent();
  return {
    tenant_id,
    account_id,
    action_intent_id,
    action_type,
    decision_id: "dec_1",
    fingerprint: "f",
  };
}

describe("of several clauses that match", () => {
  const everything = aSnapshot({
    killSwitches: {
      GLOBAL: STOP("REQUIRE_APPROVAL"),
      TENANT: STOP("BLOCK", "incident 7"),
      ACCOUNT: STOP("BLOCK"),
    },
    modes: { ACCOUNT_ACTION_TYPE: readable("DISABLED") },
    catalogue: {
      TENANT: readable({ risk_tier: "CRITICAL", min_confidence: 0.9, external_contact: true }),
    },
    activePolicy: { GLOBAL: unreadable("7") },
  });
  const wrong = anIntent({ expires_at: "2020-01-01T00:00:00Z", confidence_score: 0.8 });

  test("all are listed in the policy's order, and the first of the most severe decides", () => {
    const decision = decideNow(wrong, everything);
    expect(decision.reasons.map(({ reason }) => reason)).toEqual([
      "KILL_SWITCH",
      "KILL_SWITCH",
      "KILL_SWITCH",
      "INTENT_EXPIRED",
      "ACTION_TYPE_DISABLED",
      "EXTERNAL_CONTACT",
      "RISK_LEVEL_HIGH",
      "CONFIDENCE_BELOW_THRESHOLD",
      "POLICY_ERROR",
    ]);
    expect(decision).toMatchObject({ decision: "BLOCK", reason: "KILL_SWITCH" });
    expect(decision.explanation).toContain('tenant acme is engaged ("incident 7")');
  });

  test("a blocking one decides over approvals listed before it", () => {
    const decision = decideNow(
      anIntent({ expires_at: "2020-01-01T00:00:00Z" }),
      aSnapshot({ killSwitches: { GLOBAL: STOP("REQUIRE_APPROVAL") } }),
    );
    expect(decision).toMatchObject({ decision: "BLOCK", reason: "INTENT_EXPIRED" });
    expect(decision.reasons).toHaveLength(2);
  });

  test("PROPOSE_ONLY anywhere among them means that approval does not let it run", () => {
    const decision = decideNow(
      anIntent({ action_type: "WIRE_MONEY", confidence_score: 0.1 }),
      aSnapshot(MODE("PROPOSE_ONLY")),
    );
    expect(decision).toMatchObject({
      reason: "ACTION_TYPE_UNKNOWN",
      executable_after_approval: false,
    });
  });

  test("the rest of the order holds", () => {
    const decision = decideNow(
      anIntent({ action_type: "WIRE_MONEY", risk_level: "?", confidence_score: null }),
      aSnapshot({ ...NO_MODE, budgets: { account: ABSENT } }),
    );
    expect(decision.reasons.map(({ reason }) => reason)).toEqual([
      "ACTION_TYPE_UNKNOWN",
      "MODE_NOT_CONFIGURED",
      "RISK_LEVEL_UNKNOWN",
      "CONFIDENCE_MISSING",
    ]);
  });
});

describe("what an agent says about itself (POL-6)", () => {
  test("cannot lower the catalogue's risk", () => {
    const meeting = anIntent({ action_type: "REQUEST_RENEWAL_MEETING", risk_level: "LOW" });
    const decision = decideNow(meeting, aSnapshot());
    expect(decision.reasons.map(({ reason }) => reason)).toEqual([
      "EXTERNAL_CONTACT",
      "RISK_LEVEL_HIGH",
    ]);
    expect(decision.facts).toMatchObject({ risk_level: "HIGH", risk_source: "CATALOGUE" });
  });

  test("can raise it", () => {
    const decision = decideNow(anIntent({ risk_level: "medium" }), aSnapshot());
    expect(decision.facts).toMatchObject({ risk_level: "MEDIUM", risk_source: "INTENT" });
    expect(decision.reason).toBe("RISK_LEVEL_MEDIUM");
  });

  test.each([["MINIMAL"], ["LOW"], [" low "], [undefined]])(
    "%j leaves a LOW type automatic",
    (risk) => {
      const { risk_level, ...rest } = anIntent();
      const intent = risk === undefined ? { ...rest } : { ...rest, risk_level: risk };
      expect(decideNow(intent, aSnapshot()).decision).toBe("AUTO_EXECUTE");
    },
  );

  test.each<unknown>([0, true, [], {}, ["LOW"], { toString: "LOW" }])(
    "%j is no risk level, so nothing is automatic",
    (risk_level) => {
      expect(decideNow(anIntent({ risk_level }), aSnapshot()).reason).toBe("RISK_LEVEL_UNKNOWN");
    },
  );
});

describe("the least confidence (POL-8)", () => {
  const entry = (min_confidence: number) => ({
    catalogue: {
      TENANT: readable({ risk_tier: "LOW", min_confidence, external_contact: false } as const),
    },
  });

  test.each([
    [0.7, {}, "AUTO_EXECUTE"],
    [0.6999999999999998, {}, "REQUIRE_APPROVAL"],
    [1, {}, "AUTO_EXECUTE"],
    [1.0000000000000002, {}, "REQUIRE_APPROVAL"],
    [0, {}, "REQUIRE_APPROVAL"],
    [-0.5, {}, "REQUIRE_APPROVAL"],
    [0.7, entry(0.1), "AUTO_EXECUTE"],
    [0.69, entry(0.1), "REQUIRE_APPROVAL"],
    [0.8, entry(0.81), "REQUIRE_APPROVAL"],
    [0.81, entry(0.81), "AUTO_EXECUTE"],
    ["0.91", {}, "REQUIRE_APPROVAL"],
    [true, {}, "REQUIRE_APPROVAL"],
    [[0.91], {}, "REQUIRE_APPROVAL"],
  ] as const)("%j with %j is %s", (confidence_score, snapshot, expected) => {
    const decision = decideNow(anIntent({ confidence_score }), aSnapshot(snapshot));
    expect(decision.decision).toBe(expected);
  });
});

test("a claim is asked for exactly when the action would run by itself", () => {
  expect(decide(anIntent(), aSnapshot())).toMatchObject({
    kind: "claiming",
    claim: aClaim(),
  });
  for (const parts of [MODE("DISABLED"), { budgets: { account: ABSENT } }]) {
    expect(decide(anIntent(), aSnapshot(parts))).toMatchObject({ kind: "held" });
  }
});

test("POL-11: every decision names its policy version and holds the facts it was taken on", () => {
  for (const { intent = anIntent(), snapshot = aSnapshot() } of CASES) {
    const decision = decideNow(intent, snapshot);
    expect(decision.policy_version).toBe("AutoApprovalPolicyV1");
    expect(decision.facts).not.toBeNull();
  }
});

test("a tenant's policy pointer replaces the global one", () => {
  const known = readable({ policy_version: "AutoApprovalPolicyV1" });
  const unknown = readable({ policy_version: "V9" });
  const reasonFor = (activePolicy: object) =>
    decideNow(anIntent(), aSnapshot({ activePolicy })).reason;
  expect(reasonFor({ TENANT: known, GLOBAL: unknown })).toBe("POLICY_ALLOWED");
  expect(reasonFor({ TENANT: unknown, GLOBAL: known })).toBe("POLICY_ERROR");
  expect(reasonFor({ TENANT: unreadable("7"), GLOBAL: known })).toBe("POLICY_ERROR");
});

describe("an invalid intent", () => {
  const issue = { path: "data.expires_at", message: "must be an instant" };

  test("is blocked, by the path that is wrong", () => {
    const decision = decideInvalid([issue], NOW);
    expect(decision).toMatchObject({
      decision: "BLOCK",
      reason: "INVALID_INTENT",
      policy_clause: "SCHEMA",
      explanation: "The intent is not valid and must not run: data.expires_at: must be an instant.",
      facts: null,
      mode_source: null,
      autonomy_mode: null,
      executable_after_approval: false,
      decided_at: NOW,
    });
  });

  test("names at most 20 paths, each in at most 200 printable characters", () => {
    const long = { path: `data.${"ключ".repeat(200)}`, message: "must be shorter ".repeat(40) };
    const decision = decideInvalid(new Array(30).fill(long), NOW);
    expect(decision.reasons).toHaveLength(20);
    for (const { explanation } of decision.reasons) {
      expect(explanation.length).toBeLessThanOrEqual(200);
      expect(explanation).toMatch(/^[\x20-\x7e]+$/);
    }
    expect(decision.explanation).toContain("(and 29 more)");
  });
});

describe("OUT-19: the time zone data that a budget's day was found with", () => {
  const inZone = (timezone: string, tzData?: string) => {
    const stored = aSnapshot({ budgets: { account: readable(aBudget({ timezone })) } });
    return decideNow(anIntent(), { ...stored, calendar: calendarAt(instantMs(NOW), tzData) });
  };

  test("is among the facts of a decision in another zone than UTC", () => {
    const decision = inZone("Europe/Berlin", "2026a");
    expect(decision.facts).toMatchObject({ tz_data: "2026a" });
  });

  test("is not where no day depends on it, or where it is not known", () => {
    expect(inZone("UTC", "2026a").facts).not.toHaveProperty("tz_data");
    expect(inZone("Europe/Berlin").facts).not.toHaveProperty("tz_data");
  });
});
