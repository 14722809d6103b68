import { describe, expect, test } from "vitest";
import { ACCOUNT, aBudget, aClaim, actionType, day, NOTE } from "../../../test/fixtures.ts";
import { countsByKey } from "../counter.ts";
import { exhaustedFinding } from "../explain.ts";
import { isCounter, LIMITS, LimitedBy } from "./limits.ts";

const BUDGET = aBudget({ max_per_action_type: { [NOTE]: 2 } });

test("limits are named in order of precedence, the day's first", () => {
  expect(LimitedBy.options).toEqual(["DAY", "ACTION_TYPE"]);
});

test("every counter that a claim draws from is found again in a stored day, by one limit alone", () => {
  for (const { counter, limitedBy } of aClaim(NOTE, BUDGET).terms.draws) {
    expect(isCounter(counter)).toBe(true);
    const finders = LimitedBy.options.filter(
      (name) => LIMITS[name].counters.keyOf(counter) !== undefined,
    );
    expect(finders).toEqual([limitedBy]);
  }
});

test.each(["date_key", "fence", "counts", "count#", "count#lower", "count#DEFAULT", "Count"])(
  "the attribute %s is no counter",
  (name) => {
    expect(isCounter(name)).toBe(false);
  },
);

test("a day's counts are listed by action type without the day's own", () => {
  const counts = new Map([
    ["count", 3],
    ["count#A", 2],
    ["count#B", 1],
  ] as const);
  expect([...countsByKey(LIMITS.ACTION_TYPE.counters, counts)]).toEqual([
    ["A", 2],
    ["B", 1],
  ]);
});

describe("a refusal", () => {
  const whose = { ...ACCOUNT, action_type: actionType("A") };
  const report = {
    date_key: day("2026-11-22"),
    timezone: "UTC",
    limit: 2,
    used: 2,
    resets_at: "2026-11-23T00:00:00.000Z",
  };

  test.each([
    ["DAY", "BUDGET_DAY", "autonomous actions"],
    ["ACTION_TYPE", "BUDGET_ACTION_TYPE", "autonomous A actions"],
  ] as const)(
    "by %s names the limit in its clause and its sentence",
    (limited_by, clause, noun) => {
      expect(exhaustedFinding({ ...report, limited_by }, whose)).toEqual({
        decision: "REQUIRE_APPROVAL",
        reason: "BUDGET_EXHAUSTED",
        clause,
        explanation: `Account acct_42 has used 2 of its 2 ${noun} for 2026-11-22 (UTC); the budget resets at 2026-11-23T00:00:00.000Z. A person must approve this action.`,
      });
    },
  );

  test("by a limit of 0 says that nothing may run by itself", () => {
    const none = { ...report, limit: 0, used: 0, limited_by: "ACTION_TYPE" } as const;
    expect(exhaustedFinding(none, whose).explanation).toBe(
      "Account acct_42 has a limit of 0 autonomous A actions a day, so none may run by itself. A person must approve this action.",
    );
  });

  test("says how disuse lowered the day's limit, and says nothing of it by a type's cap", () => {
    const decayed = { ...report, configured_limit: 9, unused_days: 15 };
    const text = (limited_by: LimitedBy) =>
      exhaustedFinding({ ...decayed, limited_by }, whose).explanation;
    expect(text("DAY")).toContain("The configured limit of 9 has decayed to 2 after 15 days");
    expect(text("ACTION_TYPE")).not.toContain("decayed");
  });
});
