import * as z from "zod";
import { DateKey, Instant, TimeZone } from "../day.ts";
import { AccountId, ActionType, TenantId } from "../ids.ts";
import { Units } from "./limits/limit.ts";
import { LIMIT_FIELDS } from "./limits/limits.ts";

export const DEFAULT_TIME_ZONE = "UTC";

/** What a budget says, beside whose it is and who set it when. */
export const BUDGET_FIELDS = {
  ...LIMIT_FIELDS,
  /** Halves the daily limit for every full 7 days without a consumption. Default: false. */
  decay_if_unused: z.boolean().optional(),
  /** The zone whose calendar days count. Default: UTC. */
  timezone: TimeZone.optional(),
};

/** What an account may spend a day; without `account_id` the default for a tenant's accounts. */
export const AutonomyBudgetV1 = z.object({
  tenant_id: TenantId,
  account_id: AccountId.optional(),
  ...BUDGET_FIELDS,
  updated_at: Instant,
  updated_by: z.string().optional(),
});
export type AutonomyBudgetV1 = z.infer<typeof AutonomyBudgetV1>;

/** Since when and by whom, on items that others may have written: what says neither is not known. */
const AsFarAsKnown = {
  updated_at: Instant.optional().catch(undefined),
  updated_by: z.string().optional().catch(undefined),
};

/** A budget read back: only its terms must make sense. Whose it is says its key. */
export const StoredBudget = AutonomyBudgetV1.omit({ tenant_id: true, account_id: true }).extend(
  AsFarAsKnown,
);
export type StoredBudget = z.infer<typeof StoredBudget>;

/** A stored budget and whose it is; without `account_id` a tenant's default. */
export type BudgetInForce = StoredBudget & Pick<AutonomyBudgetV1, "tenant_id" | "account_id">;

/** One action type's daily cap for an account; replaces the budget's own entry for the type. */
export const ActionTypeBudgetV1 = z.object({
  tenant_id: TenantId,
  account_id: AccountId,
  action_type: ActionType,
  max_autonomous_per_day: Units,
  updated_at: Instant,
  updated_by: z.string().optional(),
});
export type ActionTypeBudgetV1 = z.infer<typeof ActionTypeBudgetV1>;

export const StoredActionTypeBudget = ActionTypeBudgetV1.pick({
  max_autonomous_per_day: true,
}).extend(AsFarAsKnown);
export type StoredActionTypeBudget = z.infer<typeof StoredActionTypeBudget>;

/** What an account has spent on one day. */
export const AutonomyBudgetStateV1 = z.object({
  tenant_id: TenantId,
  account_id: AccountId,
  date_key: DateKey,
  count: z.int().min(0),
  counts_by_action_type: z.record(ActionType, z.int().min(0)),
  updated_at: Instant,
});
export type AutonomyBudgetStateV1 = z.infer<typeof AutonomyBudgetStateV1>;
