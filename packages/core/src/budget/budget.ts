import * as z from "zod";
import { DateKey, Instant, TimeZone } from "../day.ts";
import { AccountId, ActionType, TenantId } from "../ids.ts";

export const DAILY_LIMIT_MAX = 1_000_000;
export const DEFAULT_TIME_ZONE = "UTC";

/** Autonomous actions a calendar day; 0 means never. */
export const DailyLimit = z.int().min(0).max(DAILY_LIMIT_MAX);

/** What an account may spend a day; without `account_id` the default for a tenant's accounts. */
export const AutonomyBudgetV1 = z.object({
  tenant_id: TenantId,
  account_id: AccountId.optional(),
  max_autonomous_per_day: DailyLimit,
  /** Daily caps of single action types, within the daily limit. */
  max_per_action_type: z.record(ActionType, DailyLimit).optional(),
  /** Halves the daily limit for every full 7 days without a consumption. Default: false. */
  decay_if_unused: z.boolean().optional(),
  /** The zone whose calendar days count. Default: UTC. */
  timezone: TimeZone.optional(),
  updated_at: Instant,
  updated_by: z.string().optional(),
});
export type AutonomyBudgetV1 = z.infer<typeof AutonomyBudgetV1>;

/** A budget read back: the terms only, since items written by others may lack the rest. */
export const StoredBudget = AutonomyBudgetV1.omit({ tenant_id: true, account_id: true }).partial({
  updated_at: true,
});
export type StoredBudget = z.infer<typeof StoredBudget>;

/** One action type's daily cap for an account; replaces the budget's own entry for the type. */
export const ActionTypeBudgetV1 = z.object({
  tenant_id: TenantId,
  account_id: AccountId,
  action_type: ActionType,
  max_autonomous_per_day: DailyLimit,
  updated_at: Instant,
  updated_by: z.string().optional(),
});
export type ActionTypeBudgetV1 = z.infer<typeof ActionTypeBudgetV1>;

export const StoredActionTypeBudget = ActionTypeBudgetV1.pick({ max_autonomous_per_day: true });
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
