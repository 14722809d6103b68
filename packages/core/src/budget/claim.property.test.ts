import fc from "fast-check";
import { expect, test } from "vitest";
import { ACCOUNT, aBudget, aClaim, actionType, countersOf, day } from "../../test/fixtures.ts";
import { runs } from "../../test/runs.ts";
import {
  advanced,
  budgetWritesOf,
  COUNTERS_PER_WRITE_MAX,
  claimsPerTransactionMax,
  planClaims,
  refusalAt,
} from "./claim.ts";
import type { Counter } from "./counter.ts";
import type { BudgetPosition } from "./state.ts";

const TYPES = ["A", "B", "C", "D"].map(actionType);

/** A daily limit, caps of some types, a position, and claims: few types, small numbers. */
const situations = fc
  .record({
    dailyLimit: fc.nat(12),
    caps: fc.array(fc.option(fc.nat(5)), { minLength: 4, maxLength: 4 }),
    counts: fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
    claimed: fc.array(fc.nat(3), { maxLength: 20 }),
  })
  .map(({ dailyLimit, caps, counts, claimed }) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const position: BudgetPosition = {
      dateKey: day("2026-11-22"),
      counts: countersOf(
        total,
        Object.fromEntries(TYPES.map((type, index) => [type, counts[index] ?? 0])),
      ),
      basis: { kind: "same-day" },
      fence: 0,
    };
    const max_per_action_type = Object.fromEntries(
      TYPES.flatMap((type, index) => (caps[index] == null ? [] : [[type, caps[index]]])),
    );
    const budget = aBudget({ max_autonomous_per_day: dailyLimit, max_per_action_type });
    const claims = claimed.map((index, number) => {
      const type = TYPES[index] ?? actionType("E");
      return { number, cap: caps[index] ?? undefined, claim: aClaim(type, budget) };
    });
    return { position, claims, dailyLimit };
  });

function ofType({ claim }: { claim: { actionType: string } }): Counter {
  return `count#${claim.actionType}`;
}

const RUNS = { numRuns: runs(10_000) };

test("what is admitted fits, all together, under every limit", () => {
  fc.assert(
    fc.property(situations, ({ position, claims, dailyLimit }) => {
      const { admitted } = planClaims(claims, position);
      if (admitted.length === 0) return;
      const after = advanced(position, admitted);
      const count = after.counts.get("count") ?? 0;
      expect(count).toBe((position.counts.get("count") ?? 0) + admitted.length);
      expect(count).toBeLessThanOrEqual(dailyLimit);
      for (const each of admitted) {
        const cap = each.cap ?? Number.POSITIVE_INFINITY;
        expect(after.counts.get(ofType(each))).toBeLessThanOrEqual(cap);
      }
    }),
    RUNS,
  );
});

test("what is refused had its limit reached before any of them was admitted", () => {
  fc.assert(
    fc.property(situations, ({ position, claims, dailyLimit }) => {
      for (const { claim, refusal } of planClaims(claims, position).refused) {
        const byDay = refusal.limitedBy === "DAY";
        const used = position.counts.get(byDay ? "count" : ofType(claim));
        const limit = byDay ? dailyLimit : claim.cap;
        expect(refusal).toMatchObject({ used, limit });
        expect(used).toBeGreaterThanOrEqual(limit ?? Number.POSITIVE_INFINITY);
      }
    }),
    RUNS,
  );
});

test("what waits has its limit reached once the admitted ones are committed", () => {
  fc.assert(
    fc.property(situations, ({ position, claims }) => {
      const { admitted, waiting } = planClaims(claims, position);
      const after = advanced(position, admitted);
      for (const { claim } of waiting) expect(refusalAt(after, claim)).toBeDefined();
    }),
    RUNS,
  );
});

test("every claim is in one place, and each place keeps the order", () => {
  fc.assert(
    fc.property(situations, ({ position, claims }) => {
      const plan = planClaims(claims, position);
      const places = [plan.admitted, plan.waiting, plan.refused.map(({ claim }) => claim)];
      for (const place of places) {
        expect(place.map(({ number }) => number)).toEqual(
          place.map(({ number }) => number).sort((a, b) => a - b),
        );
      }
      expect(new Set(places.flat())).toEqual(new Set(claims));
      expect(places.flat()).toHaveLength(claims.length);
    }),
    RUNS,
  );
});

test("of one type, those that came first are admitted", () => {
  fc.assert(
    fc.property(situations, ({ position, claims }) => {
      const { admitted, waiting } = planClaims(claims, position);
      for (const late of waiting) {
        const sameType = admitted.filter(({ claim }) => claim.actionType === late.claim.actionType);
        for (const early of sameType) expect(early.number).toBeLessThan(late.number);
      }
    }),
    RUNS,
  );
});

test("something is admitted unless everything is refused, so that no round is in vain", () => {
  fc.assert(
    fc.property(situations, ({ position, claims }) => {
      const { admitted, refused } = planClaims(claims, position);
      expect(admitted.length > 0 || refused.length === claims.length).toBe(true);
    }),
    RUNS,
  );
});

test("the write holds exactly while all that it adds fits", () => {
  fc.assert(
    fc.property(situations, fc.nat(12), ({ position, claims, dailyLimit }, countThen) => {
      const { admitted } = planClaims(claims, position);
      if (admitted.length === 0) return;
      const [write] = budgetWritesOf(ACCOUNT, position, admitted, "2026-11-22T09:30:00.000Z");
      const ofDay = write?.additions.get("count");
      if (write === undefined || ofDay === undefined) return expect.unreachable();
      expect(ofDay.units).toBe(admitted.length);
      expect(countThen <= ofDay.ceiling - ofDay.units).toBe(
        countThen + admitted.length <= dailyLimit,
      );
      const others = [...write.additions].filter(([counter]) => counter !== "count");
      expect(others.reduce((sum, [, { units }]) => sum + units, 0)).toBe(admitted.length);
      for (const each of admitted) {
        expect(write.additions.get(ofType(each))).toEqual({
          units: admitted.filter((other) => ofType(other) === ofType(each)).length,
          ceiling: each.cap ?? Number.POSITIVE_INFINITY,
        });
      }
    }),
    RUNS,
  );
});

/** Claims beyond what one transaction takes, with room for all. */
function manyClaims(count: number, typeOf: (index: number) => string) {
  const budget = aBudget({ max_autonomous_per_day: 1_000 });
  return Array.from({ length: count }, (_, index) => ({
    claim: aClaim(actionType(typeOf(index)), budget),
  }));
}

const FRESH: BudgetPosition = {
  dateKey: day("2026-11-22"),
  counts: new Map(),
  basis: { kind: "none" },
  fence: 0,
};

test("one transaction takes 98 claims on at most 41 counters; the others wait for the next", () => {
  expect([1, 2].map(claimsPerTransactionMax)).toEqual([98, 96]);
  expect(COUNTERS_PER_WRITE_MAX).toBe(41);
  const long = planClaims(
    manyClaims(150, () => "A"),
    FRESH,
  );
  expect([long.admitted.length, long.waiting.length]).toEqual([98, 52]);
  const broad = planClaims(
    manyClaims(80, (index) => `T${index % 50}`),
    FRESH,
  );
  expect(new Set(broad.admitted.map(({ claim }) => claim.actionType)).size).toBe(40);
  expect([broad.admitted.length, broad.waiting.length, broad.refused.length]).toEqual([70, 10, 0]);
});

test("the day's limit is named before the type's when both are reached", () => {
  const budget = aBudget({ max_autonomous_per_day: 2, max_per_action_type: { A: 1 } });
  const position = { ...FRESH, counts: countersOf(2, { A: 2 }) };
  const claim = aClaim(actionType("A"), budget);
  expect(refusalAt(position, claim)).toEqual({ limitedBy: "DAY", limit: 2, used: 2 });
});

test("claims under different ceilings are written under the lowest", () => {
  const claims = [2, 3, 1].map((limit) => ({
    claim: aClaim(actionType("A"), aBudget({ max_autonomous_per_day: 9 - limit })),
  }));
  for (const order of [claims, claims.toReversed()]) {
    const [write] = budgetWritesOf(ACCOUNT, FRESH, order, "2026-11-22T09:30:00.000Z");
    expect(write?.additions.get("count")).toEqual({ units: 3, ceiling: 6 });
  }
});
