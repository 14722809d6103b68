import { describe, expect, test } from "vitest";
import {
  aBudgetState,
  calendar,
  countersOf,
  NOTE,
  readable,
  unreadable,
} from "../../test/fixtures.ts";
import { budgetStateFrom } from "../store/items.ts";
import { ABSENT } from "../stored.ts";
import { positionNow } from "./state.ts";

const NOW = calendar("2026-11-22T23:30:00.000Z");

describe("where a budget stands", () => {
  test("nothing stored: today, nothing spent", () => {
    expect(positionNow(ABSENT, "UTC", NOW)).toEqual({
      dateKey: "2026-11-22",
      counts: new Map(),
      basis: { kind: "none" },
      fence: 0,
    });
  });

  test("a fence alone: today, nothing spent, the fence kept", () => {
    expect(positionNow(readable({ fence: 4 }), "UTC", NOW)).toMatchObject({
      dateKey: "2026-11-22",
      counts: new Map(),
      basis: { kind: "fence-only" },
      fence: 4,
    });
  });

  test("today's state: as it is", () => {
    const state = aBudgetState({
      count: 3,
      byType: { CREATE_INTERNAL_NOTE: 2 },
      previous: "2026-11-20",
      fence: 1,
    });
    expect(positionNow(state, "UTC", NOW)).toMatchObject({
      dateKey: "2026-11-22",
      counts: countersOf(3, { [NOTE]: 2 }),
      previousConsumedOn: "2026-11-20",
      basis: { kind: "same-day" },
      fence: 1,
    });
  });

  test("an earlier day: today, nothing spent, that day to be closed and remembered", () => {
    const state = aBudgetState({ date_key: "2026-11-21", count: 3, fence: 2 });
    expect(positionNow(state, "UTC", NOW)).toMatchObject({
      dateKey: "2026-11-22",
      counts: new Map(),
      previousConsumedOn: "2026-11-21",
      basis: { kind: "earlier-day", closing: { dateKey: "2026-11-21", counts: countersOf(3) } },
      fence: 2,
    });
  });

  test("an earlier day on which nothing was consumed does not count as a use", () => {
    const idle = aBudgetState({ date_key: "2026-11-21", count: 0, previous: "2026-11-01" });
    expect(positionNow(idle, "UTC", NOW)).toMatchObject({ previousConsumedOn: "2026-11-01" });
    const never = aBudgetState({ date_key: "2026-11-21", count: 0 });
    expect(positionNow(never, "UTC", NOW)).not.toHaveProperty("previousConsumedOn");
  });

  test("a later day: that day, since no day is opened twice", () => {
    const state = aBudgetState({ date_key: "2026-11-23", count: 5 });
    expect(positionNow(state, "UTC", NOW)).toMatchObject({
      dateKey: "2026-11-23",
      counts: countersOf(5),
    });
  });

  test("BUD-7: the day is the one in the budget's zone", () => {
    const state = aBudgetState({ date_key: "2026-11-22", count: 5 });
    expect(positionNow(state, "Europe/Berlin", NOW)).toMatchObject({
      dateKey: "2026-11-23",
      counts: new Map(),
    });
    expect(positionNow(state, "America/New_York", NOW)).toMatchObject({
      dateKey: "2026-11-22",
      counts: countersOf(5),
    });
  });

  test("something unreadable: nowhere", () => {
    expect(positionNow(unreadable(), "UTC", NOW)).toBeUndefined();
  });
});

describe("a stored state", () => {
  const item = { date_key: "2026-11-22", count: 2, "count#CREATE_INTERNAL_NOTE": 2 };

  test("needs no more than its day and count; the fence is then 0", () => {
    expect(budgetStateFrom(item)).toEqual(
      aBudgetState({ count: 2, byType: { CREATE_INTERNAL_NOTE: 2 } }),
    );
    expect(budgetStateFrom({ pk: "p", sk: "s" })).toEqual(readable({ fence: 0 }));
    expect(budgetStateFrom(undefined)).toEqual(ABSENT);
  });

  test.each([
    ["a count as text", { count: "2" }],
    ["a negative count", { count: -1 }],
    ["half a count", { count: 0.5 }],
    ["no count", { count: undefined }],
    ["a day that is none", { date_key: "2026-11-31" }],
    ["no day, though a count", { date_key: undefined }],
    ["a type's count as text", { "count#CREATE_INTERNAL_NOTE": "2" }],
    ["a fence as text", { fence: "1" }],
    ["a negative fence", { fence: -1 }],
    ["a day before that is none", { previous_consumed_on: "never" }],
  ])("with %s cannot be read", (_, wrong) => {
    expect(budgetStateFrom({ ...item, ...wrong }).status).toBe("unreadable");
  });

  test.each(["count#create_note", "count#DEFAULT", "count#"])(
    "is read without %s, which counts no type: the day's count has it",
    (name) => {
      for (const value of [1, "1", null]) {
        expect(budgetStateFrom({ ...item, [name]: value })).toEqual(budgetStateFrom(item));
      }
    },
  );

  test("is read up to the largest whole number that is exact", () => {
    const count = Number.MAX_SAFE_INTEGER;
    const byType = { CREATE_INTERNAL_NOTE: 2 };
    expect(budgetStateFrom({ ...item, count })).toEqual(aBudgetState({ count, byType }));
    expect(budgetStateFrom({ ...item, count: count + 1 }).status).toBe("unreadable");
  });
});
