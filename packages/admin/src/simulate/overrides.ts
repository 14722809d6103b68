import type { BudgetConfigs } from "@autonomy-gate/core/budget/terms";
import { ActionTypeEntry } from "@autonomy-gate/core/catalogue/action-type";
import type { Snapshot } from "@autonomy-gate/core/gate/snapshot";
import { ActionType } from "@autonomy-gate/core/ids";
import { type KillSwitches, KillSwitchV1 } from "@autonomy-gate/core/kill-switch/kill-switch";
import { AutonomyMode } from "@autonomy-gate/core/mode/mode";
import { ABSENT } from "@autonomy-gate/core/stored";
import * as z from "zod";
import { NamedScope } from "../http/scope.ts";
import { BudgetBody } from "../routes/budget-body.ts";

const { effect, reason, action_types, expires_at } = KillSwitchV1.shape;

const NotEngaged = z.strictObject({
  ...NamedScope.shape,
  engaged: z.literal(false),
  effect: effect.optional(),
  reason: reason.optional(),
  action_types,
  expires_at,
});
const Engaged = NotEngaged.extend({ engaged: z.literal(true), effect });

/**
 * What is to be taken as configured otherwise than it is: each as the body of its PUT, in which ids
 * and what the override can do without may be left out. Ids are those of the intent.
 */
export const Overrides = z.strictObject({
  /** As the mode of the account and action type. */
  mode: AutonomyMode.optional(),
  /** Set now, as the account's own; where it names the tenant alone, as the tenant's default. */
  budget: BudgetBody.optional(),
  /** Instead of the switch of the scope it names; where it names none, of those of all scopes. */
  kill_switch: z.discriminatedUnion("engaged", [NotEngaged, Engaged]).optional(),
  /** As the tenant's own entry for the type. */
  action_type: z
    .strictObject({
      tenant_id: NamedScope.shape.tenant_id,
      action_type: ActionType.optional(),
      ...ActionTypeEntry.shape,
    })
    .optional(),
});
export type Overrides = z.infer<typeof Overrides>;

/** The snapshot as it would be under overrides. */
export function overridden(snapshot: Snapshot, overrides: Overrides): Snapshot {
  const { mode, budget, kill_switch, action_type } = overrides;
  const { modes, budgets, catalogue, killSwitches, calendar } = snapshot;
  return {
    ...snapshot,
    modes: mode === undefined ? modes : { ...modes, ACCOUNT_ACTION_TYPE: readable(mode) },
    budgets: budget === undefined ? budgets : withBudget(budgets, budget, calendar.instant),
    killSwitches: kill_switch === undefined ? killSwitches : withSwitch(killSwitches, kill_switch),
    catalogue:
      action_type === undefined ? catalogue : { ...catalogue, TENANT: readable(action_type) },
  };
}

function withBudget(
  budgets: BudgetConfigs,
  { tenant_id, account_id, action_type, ...terms }: BudgetBody,
  updated_at: string,
): BudgetConfigs {
  const set = readable({ ...terms, updated_at });
  if (action_type !== undefined) return { ...budgets, accountActionType: set };
  const isDefault = tenant_id !== undefined && account_id === undefined;
  return isDefault ? { ...budgets, tenant: set } : { ...budgets, account: set };
}

function withSwitch(
  switches: KillSwitches,
  { tenant_id, account_id, ...stored }: NonNullable<Overrides["kill_switch"]>,
): KillSwitches {
  if (account_id !== undefined) return { ...switches, ACCOUNT: readable(stored) };
  if (tenant_id !== undefined) return { ...switches, TENANT: readable(stored) };
  return { GLOBAL: ABSENT, TENANT: ABSENT, ACCOUNT: readable(stored) };
}

/** A stored thing that is this. */
export function readable<T>(value: T) {
  return { status: "readable", value } as const;
}
