import fc from "fast-check";
import { expect, test } from "vitest";
import { coversAccount, coversActionType, isWithin, Limits } from "./limits.ts";

/** Few letters, so that ids and patterns meet. */
const id = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 });
const pattern = fc.tuple(id, fc.constantFrom("", "*")).map(([start, rest]) => start + rest);
const type = fc.constantFrom("A", "B", "C");
const limits = fc
  .record(
    {
      account_ids: fc.array(pattern, { minLength: 1, maxLength: 3 }),
      action_types: fc.array(type, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
  .map((made) => Limits.parse(made));

test("what narrower limits cover, the wider ones cover too", () => {
  fc.assert(
    fc.property(limits, limits, id, type, (inner, outer, account, action) => {
      if (!isWithin(inner, outer)) return;
      expect(coversAccount(outer, account) || !coversAccount(inner, account)).toBe(true);
      expect(coversActionType(outer, action) || !coversActionType(inner, action)).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});

test("limits are within themselves, and nothing without limits is within any", () => {
  fc.assert(
    fc.property(limits, (some) => {
      expect(isWithin(some, some)).toBe(true);
      expect(isWithin(some, {})).toBe(true);
      expect(isWithin({}, some)).toBe(Object.keys(some).length === 0);
    }),
  );
});

test("an id covers itself alone, and a prefix what begins with it", () => {
  const some = Limits.parse({ account_ids: ["acct_1", "emea-*"] });
  const ids = ["acct_1", "acct_12", "ACCT_1", "emea-", "emea-7", "emea", undefined];
  expect(ids.filter((one) => coversAccount(some, one))).toEqual(["acct_1", "emea-", "emea-7"]);
  expect(coversAccount({}, undefined)).toBe(true);
});

test.each([
  { account_ids: [] },
  { account_ids: ["*"] },
  { account_ids: ["a*b"] },
  { account_ids: ["a#*"] },
  { action_types: [] },
  { action_types: ["A*"] },
])("%j are no limits", (odd) => {
  expect(Limits.safeParse(odd).success).toBe(false);
});
