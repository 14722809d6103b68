import { describe, expect, test } from "vitest";
import { aBudget, aBudgetState, anIntent, aSnapshot, readable } from "../../test/fixtures.ts";
import { decideNow } from "./decide-now.ts";

const APPROVE = "A person must approve this action.";

test("AUTO_EXECUTE reports the day's limit and no guess at what is used", () => {
  const decision = decideNow(anIntent(), aSnapshot({ budgetState: aBudgetState({ count: 3 }) }));
  expect(decision).toMatchObject({ decision: "AUTO_EXECUTE", date_key: "2026-11-22" });
  expect(decision.budget).toEqual({
    date_key: "2026-11-22",
    timezone: "UTC",
    limit: 5,
    limited_by: "DAY",
    resets_at: "2026-11-23T00:00:00.000Z",
  });
});

test("a refusal reports the limit that was reached, and counts for no day", () => {
  const budget = aBudget({ max_per_action_type: { CREATE_INTERNAL_NOTE: 2 } });
  const decision = decideNow(
    anIntent(),
    aSnapshot({
      budgets: { account: readable(budget) },
      budgetState: aBudgetState({ count: 4, byType: { CREATE_INTERNAL_NOTE: 2 } }),
    }),
  );
  expect(decision.budget).toMatchObject({ limit: 2, used: 2, limited_by: "ACTION_TYPE" });
  expect(decision).not.toHaveProperty("date_key");
  expect(decision).toMatchObject({ executable_after_approval: true, approval_source: null });
});

test("the day is that of the open state when that one is later, with its own end", () => {
  const decision = decideNow(
    anIntent(),
    aSnapshot({ budgetState: aBudgetState({ date_key: "2026-11-23", count: 5 }) }),
  );
  expect(decision.budget).toMatchObject({
    date_key: "2026-11-23",
    resets_at: "2026-11-24T00:00:00.000Z",
  });
});

test("the day ends when it does in the budget's zone, on a day of 25 hours", () => {
  const decision = decideNow(
    anIntent(),
    aSnapshot({
      at: "2026-10-25T12:00:00.000Z",
      budgets: { account: readable(aBudget({ timezone: "Europe/Berlin" })) },
      budgetState: aBudgetState({ date_key: "2026-10-25", count: 5 }),
    }),
  );
  expect(decision.explanation).toBe(
    `Account acct_42 has used 5 of its 5 autonomous actions for 2026-10-25 (Europe/Berlin); the budget resets at 2026-10-25T23:00:00.000Z. ${APPROVE}`,
  );
});

describe("decay is stated when it lowered the limit", () => {
  const decaying = (more: Parameters<typeof aBudget>[0] = {}) =>
    readable(aBudget({ max_autonomous_per_day: 100, decay_if_unused: true, ...more }));
  const idle = (count: number) =>
    aSnapshot({
      budgets: { account: decaying() },
      budgetState: aBudgetState({ count, previous: "2026-10-20" }),
    });

  test("in a refusal", () => {
    const decision = decideNow(anIntent(), idle(12));
    expect(decision.explanation).toBe(
      `Account acct_42 has used 12 of its 12 autonomous actions for 2026-11-22 (UTC); the budget resets at 2026-11-23T00:00:00.000Z. The configured limit of 100 has decayed to 12 after 21 days without use. ${APPROVE}`,
    );
    expect(decision.budget).toMatchObject({ limit: 12, configured_limit: 100, unused_days: 21 });
  });

  test("in an approval", () => {
    const decision = decideNow(anIntent(), idle(11));
    expect(decision.explanation).toContain(
      "Within the budget of 12 for 2026-11-22 (UTC). The configured limit of 100 has decayed to 12 after 21 days without use.",
    );
  });

  test("also where nobody knows since when", () => {
    const { updated_at, ...budget } = decaying().value;
    const decision = decideNow(anIntent(), aSnapshot({ budgets: { account: readable(budget) } }));
    expect(decision.explanation).toContain(
      "Within the budget of 1 for 2026-11-22 (UTC). The configured limit of 100 has decayed to 1: no earlier day with use is known.",
    );
    expect(decision.budget).toMatchObject({ limit: 1, configured_limit: 100 });
  });

  test("and not while it did not", () => {
    const snapshot = aSnapshot({
      budgets: { account: decaying() },
      budgetState: aBudgetState({ count: 50, previous: "2026-11-21" }),
    });
    const decision = decideNow(anIntent(), snapshot);
    expect(decision.decision).toBe("AUTO_EXECUTE");
    expect(decision.explanation).not.toContain("decayed");
    expect(decision.budget).not.toHaveProperty("configured_limit");
  });

  test("the day of the next use does not change its limit, the day after has it whole", () => {
    const used = aSnapshot({
      budgets: { account: decaying() },
      budgetState: aBudgetState({ count: 1, previous: "2026-10-20" }),
    });
    expect(decideNow(anIntent(), used).budget?.limit).toBe(12);
    const dayAfter = aSnapshot({
      at: "2026-11-23T00:00:00.000Z",
      budgets: { account: decaying() },
      budgetState: aBudgetState({ date_key: "2026-11-22", count: 1, previous: "2026-10-20" }),
    });
    expect(decideNow(anIntent(), dayAfter).budget?.limit).toBe(100);
  });
});
