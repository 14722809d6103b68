import { expect, test } from "vitest";
import {
  ACCOUNT,
  aBudget,
  aBudgetState,
  aClaim,
  actionType,
  calendar,
  NOTE,
  readable,
} from "../../test/fixtures.ts";
import {
  budgetWritesOf,
  COUNTER_CONDITION_BYTES_MAX,
  COUNTERS_PER_WRITE_MAX,
  planClaims,
} from "../budget/claim.ts";
import { type BudgetState, positionNow } from "../budget/state.ts";
import { ABSENT, type Stored } from "../stored.ts";
import type { Write } from "../table/table.ts";
import { budgetWrites } from "./budget-write.ts";

const AT = "2026-11-22T09:30:00.000Z";

function writesFor(state: Stored<BudgetState>, claims = [{ claim: aClaim() }]) {
  const position = positionNow(state, "UTC", calendar());
  if (position === undefined) throw new TypeError("The state is readable.");
  return budgetWritesOf(ACCOUNT, position, claims, AT).flatMap(budgetWrites);
}

function itemOf(write: Write | undefined) {
  return write?.kind === "put" ? write.item : undefined;
}

function updateOf(write: Write | undefined) {
  return write?.kind === "update" ? write.update : undefined;
}

const CAPPED = aBudget({ max_per_action_type: { [NOTE]: 2 } });

test("a write on an open day adds to every counter, on the condition that each has room", () => {
  const state = aBudgetState({ count: 3, fence: 7 });
  const [write] = writesFor(state, [{ claim: aClaim(NOTE, CAPPED) }]);
  expect(write).toMatchObject({
    kind: "update",
    update: "SET updated_at = :updatedAt ADD #count0 :units0, #count1 :units1",
    condition:
      "date_key = :dateKey AND fence = :fence AND #count0 <= :max0 AND (attribute_not_exists(#count1) OR #count1 <= :max1)",
    names: { "#count0": "count", "#count1": `count#${NOTE}` },
    values: {
      ":dateKey": "2026-11-22",
      ":fence": 7,
      ":units0": 1,
      ":max0": 4,
      ":units1": 1,
      ":max1": 1,
    },
  });
});

test("a counter that was there has to be there still: its absence is no room", () => {
  const state = aBudgetState({ count: 1, byType: { [NOTE]: 1 } });
  const [write] = writesFor(state, [{ claim: aClaim(NOTE, CAPPED) }]);
  expect(write?.condition).not.toContain("attribute_not_exists(#count");
});

test("a counter without a ceiling is added to on no condition", () => {
  const [write] = writesFor(aBudgetState({ count: 3 }));
  expect(updateOf(write)).toContain("#count1 :units1");
  expect(write?.condition).not.toContain("#count1");
});

test("a day is closed with all its counters, and the next one opens with those claimed", () => {
  const byType = { [NOTE]: 2, FLAG_FOR_REVIEW: 1 };
  const state = aBudgetState({ date_key: "2026-11-21", count: 3, byType, previous: "2026-11-19" });
  const [open, closed] = writesFor(state);
  expect(open).toMatchObject({
    item: {
      date_key: "2026-11-22",
      count: 1,
      [`count#${NOTE}`]: 1,
      previous_consumed_on: "2026-11-21",
    },
    names: { "#count": "count" },
    values: { ":dateKey": "2026-11-21", ":count": 3, ":fence": 0 },
  });
  expect(itemOf(open)).not.toHaveProperty("count#FLAG_FOR_REVIEW");
  expect(itemOf(closed)).toMatchObject({
    sk: "BUDGET_STATE#20261121",
    date_key: "2026-11-21",
    count: 3,
    [`count#${NOTE}`]: 2,
    "count#FLAG_FOR_REVIEW": 1,
    previous_consumed_on: "2026-11-19",
  });
});

test.each([
  ["no state", ABSENT, "attribute_not_exists(pk)"],
  [
    "a fence alone",
    readable({ fence: 2 }),
    "attribute_exists(pk) AND attribute_not_exists(date_key) AND fence = :fence",
  ],
])("a day is opened on %s only while that is so", (_, state, condition) => {
  const [write] = writesFor(state);
  expect(write?.condition).toBe(condition);
});

test("the fullest write has expressions of at most 4 KB", () => {
  const types = Array.from({ length: 60 }, (_, index) => actionType(`TYPE_${index}`));
  const budget = aBudget({
    max_autonomous_per_day: 1_000,
    max_per_action_type: Object.fromEntries(types.map((type) => [type, 10])),
  });
  const state = aBudgetState();
  const position = positionNow(state, "UTC", calendar());
  if (position === undefined) return expect.unreachable();
  const claims = types.map((type) => ({ claim: aClaim(type, budget) }));
  const { admitted } = planClaims(claims, position);
  const [write] = writesFor(state, [...admitted]);
  expect(Object.keys(write?.names ?? {})).toHaveLength(COUNTERS_PER_WRITE_MAX);
  expect(updateOf(write)?.length).toBeLessThanOrEqual(4_096);
  const condition = write?.condition ?? "";
  expect(condition.length).toBeLessThanOrEqual(4_096);
  const perCounter = condition.split(/ AND (?=[(]attribute_not_exists[(]#count)/).slice(1);
  expect(perCounter).toHaveLength(COUNTERS_PER_WRITE_MAX - 1);
  for (const text of perCounter) {
    expect(` AND ${text}`.length).toBeLessThanOrEqual(COUNTER_CONDITION_BYTES_MAX);
  }
});
