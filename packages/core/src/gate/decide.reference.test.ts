import fc from "fast-check";
import { expect, test } from "vitest";
import { intents, RISKS, snapshots, TYPES } from "../../test/arbitraries.ts";
import { aBudget, aBudgetState, anIntent, aSnapshot, readable } from "../../test/fixtures.ts";
import { type ReferenceAnswer, referenceDecision } from "../../test/reference/reference.ts";
import type { ReferenceBudget } from "../../test/reference/reference-budget.ts";
import { itemsOf } from "../../test/reference/snapshot-items.ts";
import { runs } from "../../test/runs.ts";
import type { BudgetReport } from "../budget/report.ts";
import { defined } from "../defined.ts";
import type { ActionIntentV1 } from "../intent/intent.ts";
import { AUTONOMY_MODES } from "../mode/mode.ts";
import { ABSENT } from "../stored.ts";
import { decideNow } from "./decide-now.ts";
import type { Snapshot } from "./snapshot.ts";

/** An answer with all that matched as text. */
type Answer = Omit<ReferenceAnswer, "matches"> & { readonly all: readonly string[] };

/** The shipped gate's answer in the reference's words. */
function shippedDecision(intent: ActionIntentV1, snapshot: Snapshot): Answer {
  const { budget, ...decision } = decideNow(intent, snapshot);
  return {
    decision: decision.decision,
    reason: decision.reason,
    clause: decision.policy_clause,
    all: allOf(decision.reasons),
    mode: decision.autonomy_mode,
    modeSource: decision.mode_source ?? "",
    executableAfterApproval: decision.executable_after_approval,
    ...(budget && { budget: reported(budget) }),
    ...(decision.tenant_date_key && { tenantDay: decision.tenant_date_key }),
  };
}

function reported({ date_key, limit, used, limited_by, scope }: BudgetReport): ReferenceBudget {
  return defined({ date_key, limit, used, limited_by, scope });
}

function referenceAnswer(intent: ActionIntentV1, snapshot: Snapshot): Answer {
  const items = itemsOf(snapshot, intent.action_type);
  const { matches, ...answer } = referenceDecision(intent, items, snapshot.calendar.epochMs);
  return { ...answer, all: allOf(matches) };
}

function allOf(matches: readonly { readonly reason: string; readonly clause: string }[]): string[] {
  return matches.map(({ reason, clause }) => `${reason} · ${clause}`);
}

/** `expect` costs more than both deciders: it is asked only to say what differs. */
function expectAgreement(intent: ActionIntentV1, snapshot: Snapshot): Answer {
  const shipped = shippedDecision(intent, snapshot);
  const reference = referenceAnswer(intent, snapshot);
  if (sortedText(shipped) !== sortedText(reference)) expect(shipped).toEqual(reference);
  return shipped;
}

test("agrees with the reference on 100,000 random inputs, every reason among them", () => {
  const reasons = new Map<string, number>();
  fc.assert(
    fc.property(intents, snapshots, (intent, snapshot) => {
      const { reason } = expectAgreement(intent, snapshot);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }),
    { numRuns: runs(100_000) },
  );
  expect([...reasons.keys()].sort()).toEqual([
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
  ]);
  for (const [reason, count] of reasons) expect(count, reason).toBeGreaterThan(runs(50));
}, 120_000);

const CONFIDENCES = [0, 0.65, 0.699, 0.7, 0.75, 0.81, 1, 1.0000000000000002, -1, null, "0.9"];

test("agrees with the reference on all boundaries of confidence, risk, mode and type together", () => {
  for (const [action_type, risk_level, confidence_score, mode] of combinations(
    TYPES,
    [...RISKS, "", " LOW ", "low"],
    CONFIDENCES,
    AUTONOMY_MODES,
  )) {
    const intent = anIntent({ action_type, risk_level, confidence_score });
    const snapshot = aSnapshot({ modes: { ACCOUNT_ACTION_TYPE: readable(mode) } });
    expectAgreement(intent, snapshot);
  }
});

test("agrees with the reference on all boundaries of limit, cap, count, day and decay together", () => {
  const days = combinations(
    ["2026-11-21", "2026-11-22", "2026-11-23"],
    ["2026-11-08", "2026-11-15", "2026-11-16", "2026-11-20"],
    [true, false],
    ["2026-11-01T00:00:00Z", "2026-11-15T00:00:00Z", "2026-11-16T00:00:00Z"],
  );
  const numbers = combinations([0, 1, 2, 5], [undefined, 0, 1, 2], [0, 1, 2, 5, 6], days);
  for (const [
    max_autonomous_per_day,
    cap,
    count,
    [date_key, previous, decays, changed],
  ] of numbers) {
    const budget = aBudget({
      max_autonomous_per_day,
      decay_if_unused: decays,
      updated_at: changed,
      ...(cap === undefined ? {} : { max_per_action_type: { CREATE_INTERNAL_NOTE: cap } }),
    });
    const byType = { CREATE_INTERNAL_NOTE: Math.min(count, 2) };
    const snapshot = aSnapshot({
      budgets: { account: readable(budget) },
      budgetState: aBudgetState({ date_key, count, byType, previous }),
    });
    expectAgreement(anIntent(), snapshot);
  }
});

test("agrees with the reference on all boundaries of two ceilings, their caps and counts together", () => {
  const sides = combinations([undefined, 0, 1, 2], [undefined, 0, 1, 2], [0], [0]).map(
    ([limit, cap]) =>
      limit === undefined
        ? ABSENT
        : readable({
            max_autonomous_per_day: limit,
            ...(cap === undefined ? {} : { max_per_action_type: { CREATE_INTERNAL_NOTE: cap } }),
          }),
  );
  for (const [PLATFORM, TENANT, own, ofTenant] of combinations(
    sides,
    sides,
    [0, 4, 5],
    [0, 1, 2, 3],
  )) {
    const snapshot = aSnapshot({
      ceilings: { PLATFORM, TENANT },
      budgetState: aBudgetState({ count: own, byType: { CREATE_INTERNAL_NOTE: own } }),
      tenantBudgetState: aBudgetState({
        count: ofTenant,
        byType: { CREATE_INTERNAL_NOTE: Math.min(ofTenant, 1) },
      }),
    });
    expectAgreement(anIntent(), snapshot);
  }
});

/** Every choice of one value from each list. */
function combinations<A, B, C, D>(
  as: readonly A[],
  bs: readonly B[],
  cs: readonly C[],
  ds: readonly D[],
): [A, B, C, D][] {
  return as.flatMap((a) =>
    bs.flatMap((b) => cs.flatMap((c) => ds.map((d): [A, B, C, D] => [a, b, c, d]))),
  );
}

function sortedText(answer: Answer): string {
  const { budget, ...rest } = answer;
  return JSON.stringify([Object.entries(rest).sort(), Object.entries(budget ?? {}).sort()]);
}
