import { describe, expect, test } from "vitest";
import { ACCOUNT, aBudget, aClaim, countersOf, day, NOTE } from "../../test/fixtures.ts";
import { budgetWrites } from "../store/budget-write.ts";
import { advanced, budgetWritesOf, planClaims, refusalAt } from "./claim.ts";
import type { ClaimPosition } from "./state.ts";

const AT = "2026-11-22T09:30:00.000Z";

function underCeiling(own: number, ceiling: number) {
  const { terms: tenantTerms } = aClaim(NOTE, aBudget({ max_autonomous_per_day: ceiling }));
  return { ...aClaim(NOTE, aBudget({ max_autonomous_per_day: own })), tenantTerms };
}

function at(own: number, tenant: number): ClaimPosition {
  const position = (count: number) => ({
    dateKey: day("2026-11-22"),
    counts: countersOf(count, { [NOTE]: count }),
    basis: { kind: "same-day" } as const,
    fence: 0,
  });
  return { ...position(own), tenant: position(tenant) };
}

const many = (count: number, own: number, ceiling: number) =>
  Array.from({ length: count }, () => ({ claim: underCeiling(own, ceiling) }));

describe("claims under a ceiling", () => {
  test("are admitted into the room that both budgets have", () => {
    expect(planClaims(many(9, 5, 7), at(1, 4)).admitted).toHaveLength(3);
    expect(planClaims(many(9, 5, 70), at(1, 4)).admitted).toHaveLength(4);
  });

  test("are refused by the account's own limit first, then by the ceiling", () => {
    expect(refusalAt(at(5, 7), underCeiling(5, 7))).toEqual({
      limitedBy: "DAY",
      limit: 5,
      used: 5,
    });
    expect(refusalAt(at(4, 7), underCeiling(5, 7))).toEqual({
      scope: "TENANT",
      limitedBy: "DAY",
      limit: 7,
      used: 7,
    });
    expect(refusalAt(at(4, 6), underCeiling(5, 7))).toBeUndefined();
  });

  test("fit in one transaction by 96", () => {
    expect(planClaims(many(150, 1_000, 1_000), at(0, 0)).admitted).toHaveLength(96);
  });

  test("are counted in the account's item and in the tenant's, each under its own limit", () => {
    const writes = budgetWritesOf(ACCOUNT, at(0, 3), many(2, 5, 7), AT);
    expect(writes.map(({ additions }) => additions.get("count"))).toEqual([
      { units: 2, ceiling: 5 },
      { units: 2, ceiling: 7 },
    ]);
    expect(writes.flatMap(budgetWrites)).toMatchObject([
      { pk: `TENANT#${ACCOUNT.tenant_id}#ACCOUNT#${ACCOUNT.account_id}` },
      { pk: `TENANT#${ACCOUNT.tenant_id}` },
    ]);
  });

  test("move both budgets once they were committed", () => {
    const { counts, tenant } = advanced(at(1, 3), many(2, 5, 7));
    expect([counts.get("count"), tenant?.counts.get("count")]).toEqual([3, 5]);
  });

  test("are never made where the tenant's position is not known", () => {
    const { tenant, ...own } = at(0, 0);
    expect(() => planClaims(many(1, 5, 7), own)).toThrow("needs the tenant's position");
  });
});
