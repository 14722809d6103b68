import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aBudget, actionType, day, NOTE, readable, unreadable } from "../../test/fixtures.ts";
import { dayOf, daysBetween } from "../day.ts";
import { budgetFrom } from "../store/items.ts";
import { ABSENT } from "../stored.ts";
import {
  type BudgetConfigs,
  type BudgetTerms,
  budgetInForce,
  budgetTerms,
  dayTerms,
  limitOn,
} from "./terms.ts";

const NONE: BudgetConfigs = { account: ABSENT, accountActionType: ABSENT, tenant: ABSENT };

function termsFor(configs: Partial<BudgetConfigs>, type = NOTE) {
  return budgetTerms({ ...NONE, ...configs }, type);
}

describe("the terms in force", () => {
  test("are the account's own, in UTC and without decay unless they say so", () => {
    expect(termsFor({ account: readable(aBudget()) })).toEqual({
      status: "configured",
      terms: { timeZone: "UTC", dailyLimit: 5, decays: false },
    });
  });

  test("BUD-9: are the tenant's default for an account that has none", () => {
    const tenant = readable(aBudget({ max_autonomous_per_day: 9, timezone: "Europe/Berlin" }));
    expect(termsFor({ tenant })).toMatchObject({
      terms: { dailyLimit: 9, timeZone: "Europe/Berlin" },
    });
    expect(termsFor({ tenant, account: readable(aBudget()) })).toMatchObject({
      terms: { dailyLimit: 5, timeZone: "UTC" },
    });
  });

  test("BUD-9: are never the tenant's where the account has anything of its own", () => {
    const tenant = readable(aBudget({ max_autonomous_per_day: 9 }));
    expect(budgetInForce(ABSENT, tenant)).toBe(tenant);
    for (const account of [readable(aBudget()), unreadable()]) {
      expect(budgetInForce(account, tenant)).toBe(account);
      expect(budgetInForce(account, ABSENT)).toBe(account);
    }
  });

  test("of the day are those of every type, its cap aside", () => {
    const capped = aBudget({
      max_per_action_type: { CREATE_INTERNAL_NOTE: 3 },
      decay_if_unused: true,
      timezone: "Europe/Berlin",
    });
    for (const account of [readable(capped), readable(aBudget()), unreadable(), ABSENT]) {
      const uncapped = termsFor({ account }, actionType("OTHER"));
      expect(dayTerms(account)).toEqual(uncapped);
    }
    expect(dayTerms(readable(capped))).not.toHaveProperty("terms.typeCap");
  });

  test("BUD-8: hold a type to its own item rather than to the budget's map", () => {
    const account = readable(
      aBudget({ max_per_action_type: { CREATE_INTERNAL_NOTE: 3, FLAG_FOR_REVIEW: 1 } }),
    );
    const accountActionType = readable({ max_autonomous_per_day: 7 });
    expect(termsFor({ account })).toMatchObject({ terms: { typeCap: 3 } });
    expect(termsFor({ account, accountActionType })).toMatchObject({ terms: { typeCap: 7 } });
    expect(termsFor({ account }, actionType("OTHER"))).not.toHaveProperty("terms.typeCap");
  });

  test("BUD-2: keep a cap of 0", () => {
    const account = readable(aBudget({ max_per_action_type: { CREATE_INTERNAL_NOTE: 0 } }));
    expect(termsFor({ account })).toMatchObject({ terms: { typeCap: 0 } });
  });

  test("a type's own item is no budget by itself", () => {
    expect(termsFor({ accountActionType: readable({ max_autonomous_per_day: 7 }) }).status).toBe(
      "missing",
    );
  });

  test.each([
    ["the account's budget", { account: unreadable(), tenant: readable(aBudget()) }],
    ["the tenant's, where it is needed", { tenant: unreadable() }],
    ["the type's cap", { account: readable(aBudget()), accountActionType: unreadable() }],
  ])("do not exist when %s cannot be read", (_, configs) => {
    expect(termsFor(configs).status).toBe("missing");
  });

  test("do not mind a tenant's default that cannot be read where it is not needed", () => {
    expect(termsFor({ account: readable(aBudget()), tenant: unreadable() }).status).toBe(
      "configured",
    );
  });
});

test.each([
  ["a limit as text", { max_autonomous_per_day: "5" }],
  ["a negative limit", { max_autonomous_per_day: -1 }],
  ["half a limit", { max_autonomous_per_day: 2.5 }],
  ["no limit", { max_autonomous_per_day: undefined }],
  ["a boundless limit", { max_autonomous_per_day: Number.POSITIVE_INFINITY }],
  ["a cap as text", { max_per_action_type: { CREATE_INTERNAL_NOTE: "1" } }],
  ["a cap for all types", { max_per_action_type: { DEFAULT: 1 } }],
  ["caps that are a list", { max_per_action_type: [1] }],
  ["a zone that is none", { timezone: "Mars/Olympus" }],
  ["a zone that is an offset", { timezone: "+02:00" }],
  ["decay as text", { decay_if_unused: "false" }],
  ["a limit that is not exact", { max_autonomous_per_day: Number.MAX_SAFE_INTEGER + 1 }],
])("a stored budget with %s cannot be read", (_, wrong) => {
  const stored = { max_autonomous_per_day: 5, updated_at: "2026-11-01T00:00:00Z" };
  expect(budgetFrom(stored).status).toBe("readable");
  expect(budgetFrom({ ...stored, ...wrong }).status).toBe("unreadable");
});

test("a stored budget needs no more than its limit", () => {
  expect(budgetFrom({ max_autonomous_per_day: 5 }).status).toBe("readable");
});

test.each(["2026-01-28", "", "yesterday", null, 7, { at: "2026-11-01T00:00:00Z" }])(
  "a stored budget changed at %j, no instant, is one whose last change is not known",
  (updated_at) => {
    const budget = { max_autonomous_per_day: 100, decay_if_unused: true };
    const account = budgetFrom({ ...budget, updated_at, updated_by: 7 });
    const answer = termsFor({ account });
    expect(answer).toEqual(termsFor({ account: budgetFrom(budget) }));
    if (answer.status === "missing") return expect.unreachable();
    // The safe side: knowing the change could only leave more.
    expect(limitOn(day("2026-11-22"), answer.terms, undefined).limit).toBe(1);
    expect(limitOn(day("2026-11-22"), answer.terms, day("2026-11-10")).limit).toBe(50);
  },
);

test("a stored budget is read however large it is, and however many types it caps", () => {
  const max_autonomous_per_day = Number.MAX_SAFE_INTEGER;
  const types = Array.from({ length: 2_000 }, (_, i) => [`TYPE_${i}`, max_autonomous_per_day - i]);
  const max_per_action_type = Object.fromEntries(types);
  const account = budgetFrom({ max_autonomous_per_day, max_per_action_type });
  expect(termsFor({ account }, actionType("TYPE_1999"))).toMatchObject({
    terms: { dailyLimit: max_autonomous_per_day, typeCap: max_autonomous_per_day - 1_999 },
  });
});

/** A decaying budget of 100, last changed on 1 November 2026. */
function decaying(more: Partial<BudgetTerms> = {}): BudgetTerms {
  return {
    timeZone: "UTC",
    dailyLimit: 100,
    decays: true,
    changedOn: day("2026-11-01"),
    ...more,
  };
}

describe("decay (BUD-8)", () => {
  test.each([
    // since the last use, or the change: whatever is later
    ["2026-11-01", undefined, 100],
    ["2026-11-07", undefined, 100],
    ["2026-11-08", undefined, 50],
    ["2026-11-14", undefined, 50],
    ["2026-11-15", undefined, 25],
    ["2026-11-22", undefined, 12],
    ["2026-11-29", undefined, 6],
    ["2026-12-06", undefined, 3],
    ["2026-12-13", undefined, 1],
    ["2027-11-01", undefined, 1],
    ["2026-11-22", "2026-11-15", 50],
    ["2026-11-22", "2026-11-16", 100],
    ["2026-11-22", "2026-10-01", 12],
    ["2026-11-22", "2026-11-23", 100],
  ])("on %s, last used on %s, leaves %i of 100", (today, usedOn, limit) => {
    const used = usedOn === undefined ? undefined : day(usedOn);
    expect(limitOn(day(today), decaying(), used).limit).toBe(limit);
  });

  test("says how long the account was idle when it lowered the limit, and only then", () => {
    expect(limitOn(day("2026-11-07"), decaying(), undefined)).toEqual({ limit: 100 });
    expect(limitOn(day("2026-11-09"), decaying(), undefined)).toEqual({ limit: 50, unusedDays: 8 });
  });

  test("leaves 1 where no use and no change is known", () => {
    const { changedOn, ...terms } = decaying();
    expect(limitOn(day("2026-11-07"), terms, undefined).limit).toBe(1);
    expect(limitOn(day("2026-11-07"), terms, day("2026-11-06")).limit).toBe(100);
  });

  test("counts the change in the budget's own zone", () => {
    const account = readable(
      aBudget({
        decay_if_unused: true,
        timezone: "Asia/Tokyo",
        updated_at: "2026-11-01T15:00:00.000Z",
      }),
    );
    expect(termsFor({ account })).toMatchObject({ terms: { changedOn: "2026-11-02" } });
  });

  const days = fc
    .integer({ min: 0, max: 400 })
    .map((offset) => dayOf(Date.UTC(2026, 0, 1) + offset * 86_400_000, "UTC"));

  test("never leaves more than the limit, nor less than 1 of anything, nor anything of 0", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), days, fc.option(days), (dailyLimit, today, used) => {
        const { limit } = limitOn(today, decaying({ dailyLimit }), used ?? undefined);
        expect(limit).toBeLessThanOrEqual(dailyLimit);
        expect(limit).toBeGreaterThanOrEqual(Math.min(1, dailyLimit));
      }),
      { numRuns: 10_000 },
    );
  });

  test("never leaves more after a longer time of disuse", () => {
    fc.assert(
      fc.property(fc.nat(1_000), days, days, fc.option(days), (dailyLimit, a, b, used) => {
        const [sooner, later] = a <= b ? [a, b] : [b, a];
        const terms = decaying({ dailyLimit });
        const limitLater = limitOn(later, terms, used ?? undefined).limit;
        expect(limitLater).toBeLessThanOrEqual(limitOn(sooner, terms, used ?? undefined).limit);
      }),
      { numRuns: 10_000 },
    );
  });

  test("halves step by step, rounding down at each", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), days, days, (spare, from, to) => {
        const dailyLimit = Math.max(2, spare);
        const idleDays = Math.max(0, daysBetween(from, to));
        let expected = dailyLimit;
        for (let week = 7; week <= idleDays; week += 7) {
          expected = Math.max(1, Math.floor(expected / 2));
        }
        const terms = decaying({ dailyLimit, changedOn: from });
        expect(limitOn(to, terms, undefined).limit).toBe(expected);
      }),
      { numRuns: 10_000 },
    );
  });

  test("does nothing to a budget that does not ask for it", () => {
    fc.assert(
      fc.property(fc.nat(1_000), days, fc.option(days), (dailyLimit, today, used) => {
        const terms = decaying({ dailyLimit, decays: false });
        expect(limitOn(today, terms, used ?? undefined)).toEqual({ limit: dailyLimit });
      }),
    );
  });
});
