import { describe, expect, test } from "vitest";
import {
  aBudget,
  aBudgetState,
  actionType,
  calendar,
  NOTE,
  readable,
} from "../../test/fixtures.ts";
import { ABSENT } from "../stored.ts";
import type { StoredCeiling, TenantCeilings } from "./ceiling.ts";
import { ceilingTerms, claimTerms } from "./claim-terms.ts";

const UNREADABLE = { status: "unreadable", found: "?" } as const;

function ceilings(platform?: StoredCeiling, tenant?: StoredCeiling): TenantCeilings {
  const stored = (one?: StoredCeiling) => (one === undefined ? ABSENT : readable(one));
  return { PLATFORM: stored(platform), TENANT: stored(tenant) };
}

/** Zone and limits by name; `undefined` where no ceiling is set. */
function limitsOf(of: TenantCeilings, type = NOTE) {
  const answer = ceilingTerms(of, type, calendar());
  if (answer?.status !== "configured") return answer?.problem;
  const { timeZone, draws } = answer.terms;
  return [timeZone, ...draws.map(({ ceiling }) => ceiling?.configured)];
}

describe("a tenant's ceilings", () => {
  test("hold nothing where none is set", () => {
    expect(limitsOf(ceilings())).toBeUndefined();
  });

  test("count limit by limit the stricter one, whoever set it", () => {
    const one = { max_autonomous_per_day: 9, max_per_action_type: { [NOTE]: 2 } };
    const other = { max_autonomous_per_day: 5, max_per_action_type: { [NOTE]: 3 } };
    expect(limitsOf(ceilings(one, other))).toEqual(["UTC", 5, 2]);
    expect(limitsOf(ceilings(other, one))).toEqual(["UTC", 5, 2]);
    expect(limitsOf(ceilings(one), actionType("OTHER"))).toEqual(["UTC", 9, undefined]);
    expect(limitsOf(ceilings({ max_autonomous_per_day: 9 }, other))).toEqual(["UTC", 5, 3]);
  });

  test("have the days of the platform's zone, else of the tenant's", () => {
    const berlin = { max_autonomous_per_day: 1, timezone: "Europe/Berlin" };
    const tokyo = { max_autonomous_per_day: 2, timezone: "Asia/Tokyo" };
    expect(limitsOf(ceilings(tokyo, berlin))).toEqual(["Asia/Tokyo", 1, undefined]);
    expect(limitsOf(ceilings({ max_autonomous_per_day: 2 }, berlin))).toEqual([
      "Europe/Berlin",
      1,
      undefined,
    ]);
  });

  test("let nothing run where one of them, or what was spent of them, cannot be read", () => {
    const stored = {
      budgets: { account: readable(aBudget()), accountActionType: ABSENT, tenant: ABSENT },
      budgetState: ABSENT,
      ceilings: ceilings({ max_autonomous_per_day: 9 }),
      tenantBudgetState: aBudgetState(),
    };
    const statusOf = (more: Partial<typeof stored> | object) =>
      claimTerms({ ...stored, ...more }, NOTE, calendar()).status;
    expect(statusOf({})).toBe("configured");
    expect(statusOf({ tenantBudgetState: UNREADABLE })).toBe("missing");
    for (const owner of ["PLATFORM", "TENANT"]) {
      expect(statusOf({ ceilings: { ...stored.ceilings, [owner]: UNREADABLE } })).toBe("missing");
    }
    expect(statusOf({ ceilings: ceilings(), tenantBudgetState: UNREADABLE })).toBe("configured");
  });
});
