import type { Mutant } from "./plant.ts";

const CLAIM = "core/src/budget/claim.ts";

/** Bugs in what all accounts of a tenant share. */
export const CEILING_MUTANTS: readonly Mutant[] = [
  {
    name: "tenant-draw-not-written",
    about: "a claim under a ceiling is not counted for the tenant",
    file: CLAIM,
    search: "if (tenant.length === 0) return [ofAccount];",
    replace: "if (tenant.length >= 0) return [ofAccount];",
  },
  {
    name: "tenant-fence-not-held",
    about: "a tenant's budget that moved with its fence is planned anew on the old facts",
    file: "core/src/commit/claim-in-rounds.ts",
    search: "movedBudget(tenant, tenantTerms, moved.get(1), calendar)",
    replace: "(moved.has(1) ? positionNow(moved.get(1), tenantTerms.timeZone, calendar) : tenant)",
  },
  {
    name: "ceiling-without-fence",
    about: "a change of a ceiling raises no fence",
    file: "core/src/store/config-items.ts",
    search: "return isCeiling(object) ? scope : undefined;",
    replace: "return undefined;",
  },
  {
    name: "ceiling-read-as-accounts",
    about: "the platform's ceiling is looked for among the account's items",
    file: "core/src/store/facts.ts",
    search: "ceilingFrom(config(tenant, CEILING_SK))",
    replace: "ceilingFrom(config(account, CEILING_SK))",
  },
  {
    name: "looser-ceiling-counts",
    about: "of two ceilings the looser one counts",
    file: "core/src/budget/claim-terms.ts",
    search: "return one.configured <= other.configured ? one : other;",
    replace: "return one.configured >= other.configured ? one : other;",
  },
];
