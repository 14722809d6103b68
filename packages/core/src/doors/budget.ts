/** Budgets: limits, draws, claims and where an account stands. Pure. */

export {
  ActionTypeBudgetV1,
  AutonomyBudgetStateV1,
  AutonomyBudgetV1,
  BUDGET_FIELDS,
  DEFAULT_TIME_ZONE,
  StoredActionTypeBudget,
  StoredBudget,
} from "../budget/budget.ts";
export {
  NO_CEILINGS,
  StoredCeiling,
  type TenantCeilings,
  TenantCeilingV1,
} from "../budget/ceiling.ts";
export { budgetWritesOf } from "../budget/claim.ts";
export { ceilingTerms } from "../budget/claim-terms.ts";
export { countsByKey, EVERY_CLAIM } from "../budget/counter.ts";
export { type Draw, usedAt } from "../budget/draw.ts";
export { reportedDraw } from "../budget/explain.ts";
export { LIMITS, LimitedBy } from "../budget/limits/limits.ts";
export { type BudgetPosition, type OpenDay, positionNow } from "../budget/state.ts";
export {
  type BudgetConfigs,
  type BudgetTerms,
  budgetTerms,
  withLimitSet,
} from "../budget/terms.ts";
