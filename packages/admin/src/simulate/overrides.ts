import type { BudgetConfigs } from "@autonomy-gate/core/budget";
import {
  ActionTypeEntry,
  type AppliedKillSwitch,
  AutonomyMode,
  type KillSwitches,
  KillSwitchV1,
  type SwitchName,
  SwitchOwner,
  switchName,
} from "@autonomy-gate/core/configuration";
import type { Snapshot } from "@autonomy-gate/core/gate";
import { ActionType } from "@autonomy-gate/core/ids";
import { ABSENT } from "@autonomy-gate/core/values";
import * as z from "zod";
import { NamedScope } from "../http/scope.ts";
import { BudgetBody } from "../routes/budget-body.ts";

const { effect, reason, action_types, expires_at } = KillSwitchV1.shape;

const NotEngaged = z.strictObject({
  ...NamedScope.shape,
  owner: SwitchOwner.optional(),
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
  /**
   * Instead of the switch of the scope and owner it names, by default the credential's side; where
   * it names no scope, of all switches.
   */
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

/**
 * The snapshot as it would be under overrides.
 * @param own the side of the credential, whose switch one is that names no owner
 */
export function overridden(snapshot: Snapshot, overrides: Overrides, own: SwitchOwner): Snapshot {
  const { mode, budget, kill_switch, action_type } = overrides;
  const { modes, budgets, catalogue, killSwitches, calendar } = snapshot;
  return {
    ...snapshot,
    modes: mode === undefined ? modes : { ...modes, ACCOUNT_ACTION_TYPE: readable(mode) },
    budgets: budget === undefined ? budgets : withBudget(budgets, budget, calendar.instant),
    killSwitches:
      kill_switch === undefined ? killSwitches : withSwitch(killSwitches, own, kill_switch),
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

const NO_SWITCHES: KillSwitches = {
  GLOBAL: ABSENT,
  TENANT_PLATFORM: ABSENT,
  TENANT: ABSENT,
  ACCOUNT_PLATFORM: ABSENT,
  ACCOUNT: ABSENT,
};

function withSwitch(
  switches: KillSwitches,
  own: SwitchOwner,
  { tenant_id, account_id, owner = own, ...stored }: NonNullable<Overrides["kill_switch"]>,
): KillSwitches {
  if (account_id !== undefined) {
    return { ...switches, [switchName("ACCOUNT", owner)]: readable(stored) };
  }
  if (tenant_id !== undefined) {
    return { ...switches, [switchName("TENANT", owner)]: readable(stored) };
  }
  return { ...NO_SWITCHES, [switchName("ACCOUNT", owner)]: readable(stored) };
}

/** A stored thing that is this. */
export function readable<T>(value: T) {
  return { status: "readable", value } as const;
}

/** Where a stop that applied is set. */
export function nameOfSwitch({ scope, owner = "TENANT" }: AppliedKillSwitch): SwitchName {
  return switchName(scope, owner);
}

/** A stop that applied, as the subject of a sentence. */
export function switchWords({ scope, owner }: AppliedKillSwitch): string {
  const isPlatforms = owner === "PLATFORM" && scope !== "GLOBAL";
  return isPlatforms ? `the platform's ${scope} kill switch` : `the ${scope} kill switch`;
}
