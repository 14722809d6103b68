import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { day } from "../../test/fixtures.ts";
import { runs } from "../../test/runs.ts";
import { type DateKey, dayOf, daysBetween } from "../day.ts";
import { limitInForce } from "./decay.ts";
import type { Ceiling } from "./limits/limit.ts";

/** A decaying ceiling of 100, last changed on 1 November 2026. */
function decaying(configured = 100, changedOn = day("2026-11-01")): Ceiling {
  return { configured, decay: { changedOn } };
}

/** The ceiling on a day, given the last earlier day with a consumption. */
function limitOn(dateKey: DateKey, ceiling: Ceiling, previousConsumedOn: DateKey | undefined) {
  return limitInForce(
    ceiling,
    previousConsumedOn === undefined ? { dateKey } : { dateKey, previousConsumedOn },
  );
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
    const ceiling = { configured: 100, decay: {} };
    expect(limitOn(day("2026-11-07"), ceiling, undefined).limit).toBe(1);
    expect(limitOn(day("2026-11-07"), ceiling, day("2026-11-06")).limit).toBe(100);
  });

  const days = fc
    .integer({ min: 0, max: 400 })
    .map((offset) => dayOf(Date.UTC(2026, 0, 1) + offset * 86_400_000, "UTC"));

  test("never leaves more than the limit, nor less than 1 of anything, nor anything of 0", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), days, fc.option(days), (configured, today, used) => {
        const { limit } = limitOn(today, decaying(configured), used ?? undefined);
        expect(limit).toBeLessThanOrEqual(configured);
        expect(limit).toBeGreaterThanOrEqual(Math.min(1, configured));
      }),
      { numRuns: runs(10_000) },
    );
  });

  test("never leaves more after a longer time of disuse", () => {
    fc.assert(
      fc.property(fc.nat(1_000), days, days, fc.option(days), (configured, a, b, used) => {
        const [sooner, later] = a <= b ? [a, b] : [b, a];
        const ceiling = decaying(configured);
        const limitLater = limitOn(later, ceiling, used ?? undefined).limit;
        expect(limitLater).toBeLessThanOrEqual(limitOn(sooner, ceiling, used ?? undefined).limit);
      }),
      { numRuns: runs(10_000) },
    );
  });

  test("halves step by step, rounding down at each", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), days, days, (spare, from, to) => {
        const configured = Math.max(2, spare);
        const idleDays = Math.max(0, daysBetween(from, to));
        let expected = configured;
        for (let week = 7; week <= idleDays; week += 7) {
          expected = Math.max(1, Math.floor(expected / 2));
        }
        const ceiling = decaying(configured, from);
        expect(limitOn(to, ceiling, undefined).limit).toBe(expected);
      }),
      { numRuns: runs(10_000) },
    );
  });

  test("does nothing to a budget that does not ask for it", () => {
    fc.assert(
      fc.property(fc.nat(1_000), days, fc.option(days), (configured, today, used) => {
        const ceiling = { configured, decay: undefined };
        expect(limitOn(today, ceiling, used ?? undefined)).toEqual({ limit: configured });
      }),
    );
  });
});
