import type { Calendar } from "../day.ts";
import type { ClaimTerms, StoredBudgets } from "./claim-terms.ts";
import { type ClaimPosition, positionNow } from "./state.ts";

/** Where claims on these terms stand now. `undefined`: a state cannot be read. */
export function claimPosition(
  { terms, tenantTerms }: ClaimTerms,
  { budgetState, tenantBudgetState }: Pick<StoredBudgets, "budgetState" | "tenantBudgetState">,
  calendar: Calendar,
): ClaimPosition | undefined {
  const own = positionNow(budgetState, terms.timeZone, calendar);
  if (tenantTerms === undefined) return own;
  const tenant = positionNow(tenantBudgetState, tenantTerms.timeZone, calendar);
  return own && tenant && { ...own, tenant };
}
