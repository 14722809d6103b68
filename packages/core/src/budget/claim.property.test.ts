import fc from "fast-check";
import { expect, test } from "vitest";
import { ACCOUNT, actionType, day } from "../../test/fixtures.ts";
import {
  advanced,
  budgetWrite,
  CLAIMS_PER_TRANSACTION_MAX,
  planClaims,
  refusalAt,
  TYPES_PER_TRANSACTION_MAX,
} from "./claim.ts";
import type { BudgetPosition } from "./state.ts";
import type { BudgetTerms } from "./terms.ts";

const TYPES = ["A", "B", "C", "D"].map(actionType);

/** An account's caps, its position, and claims on it: few types, small numbers, so that limits meet. */
const situations = fc
  .record({
    dailyLimit: fc.nat(12),
    caps: fc.array(fc.option(fc.nat(5)), { minLength: 4, maxLength: 4 }),
    counts: fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
    claimed: fc.array(fc.nat(3), { maxLength: 20 }),
  })
  .map(({ dailyLimit, caps, counts, claimed }) => {
    const position: BudgetPosition = {
      day: day("2026-11-22"),
      count: counts.reduce((sum, count) => sum + count, 0),
      countByType: new Map(TYPES.map((type, index) => [type, counts[index] ?? 0])),
      basis: { kind: "same-day" },
      fence: 0,
    };
    const claims = claimed.map((index, number) => {
      const typeCap = caps[index] ?? undefined;
      const terms: BudgetTerms = {
        timeZone: "UTC",
        dailyLimit,
        decays: false,
        ...(typeCap === undefined ? {} : { typeCap }),
      };
      return {
        number,
        claim: {
          accountId: ACCOUNT.account_id,
          actionType: TYPES[index] ?? actionType("E"),
          terms,
        },
      };
    });
    return { position, claims, dailyLimit };
  });

const RUNS = { numRuns: 10_000 };

test("what is admitted fits, all together, under every limit", () => {
  fc.assert(
    fc.property(situations, ({ position, claims, dailyLimit }) => {
      const { admitted } = planClaims(claims, position);
      if (admitted.length === 0) return;
      const after = advanced(position, admitted);
      expect(after.count).toBe(position.count + admitted.length);
      expect(after.count).toBeLessThanOrEqual(dailyLimit);
      for (const { claim } of admitted) {
        const cap = claim.terms.typeCap ?? Number.POSITIVE_INFINITY;
        expect(after.countByType.get(claim.actionType)).toBeLessThanOrEqual(cap);
      }
    }),
    RUNS,
  );
});

test("what is refused had its limit reached before any of them was admitted", () => {
  fc.assert(
    fc.property(situations, ({ position, claims, dailyLimit }) => {
      for (const { claim, refusal } of planClaims(claims, position).refused) {
        const used =
          refusal.limitedBy === "DAY"
            ? position.count
            : position.countByType.get(claim.claim.actionType);
        const limit = refusal.limitedBy === "DAY" ? dailyLimit : claim.claim.terms.typeCap;
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
      const write = budgetWrite(ACCOUNT, position, admitted, "2026-11-22T09:30:00.000Z");
      expect(write.added).toBe(admitted.length);
      expect(countThen <= write.countMax).toBe(countThen + write.added <= dailyLimit);
      const sum = [...write.addedByType.values()].reduce((total, added) => total + added, 0);
      expect(sum).toBe(write.added);
      for (const { claim } of admitted) {
        const { actionType: type, terms } = claim;
        const added = admitted.filter((other) => other.claim.actionType === type).length;
        expect(write.addedByType.get(type)).toBe(added);
        expect(write.countMaxByType.get(type)).toBe(
          terms.typeCap === undefined ? undefined : terms.typeCap - added,
        );
      }
    }),
    RUNS,
  );
});

/** Claims beyond what one transaction takes, with room for all. */
function manyClaims(count: number, typeOf: (index: number) => string) {
  const terms = { timeZone: "UTC", dailyLimit: 1_000, decays: false };
  return Array.from({ length: count }, (_, index) => ({
    claim: { accountId: ACCOUNT.account_id, actionType: actionType(typeOf(index)), terms },
  }));
}

const FRESH: BudgetPosition = {
  day: day("2026-11-22"),
  count: 0,
  countByType: new Map(),
  basis: { kind: "none" },
  fence: 0,
};

test("one transaction takes 98 claims of at most 40 types; the others wait for the next", () => {
  expect(CLAIMS_PER_TRANSACTION_MAX).toBe(98);
  expect(TYPES_PER_TRANSACTION_MAX).toBe(40);
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
  const terms = { timeZone: "UTC", dailyLimit: 2, typeCap: 1, decays: false };
  const type = actionType("A");
  const position = { ...FRESH, count: 2, countByType: new Map([[type, 2]]) };
  const claim = { accountId: ACCOUNT.account_id, actionType: type, terms };
  expect(refusalAt(position, claim)).toEqual({ limitedBy: "DAY", limit: 2, used: 2 });
});
