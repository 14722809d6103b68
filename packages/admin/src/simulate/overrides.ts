import { StoredBudget } from "@autonomy-gate/core/budget/budget";
import { ActionTypeEntry } from "@autonomy-gate/core/catalogue/action-type";
import type { Snapshot } from "@autonomy-gate/core/gate/snapshot";
import { KillSwitchV1 } from "@autonomy-gate/core/kill-switch/kill-switch";
import { AutonomyMode } from "@autonomy-gate/core/mode/mode";
import { ABSENT, type Stored } from "@autonomy-gate/core/stored";
import * as z from "zod";

const NotEngaged = z.strictObject({ engaged: z.literal(false) });
const Engaged = z.strictObject({
  engaged: z.literal(true),
  effect: KillSwitchV1.shape.effect,
  reason: KillSwitchV1.shape.reason.optional(),
  action_types: KillSwitchV1.shape.action_types,
  expires_at: KillSwitchV1.shape.expires_at,
});

/** What is to be taken as configured otherwise than it is. */
export const Overrides = z.strictObject({
  /** As the mode of the account and action type. */
  mode: AutonomyMode.optional(),
  /** As the account's own budget, set now. */
  budget: z
    .strictObject(StoredBudget.omit({ updated_at: true, updated_by: true }).shape)
    .optional(),
  /** Instead of the switches of all scopes. */
  kill_switch: z.discriminatedUnion("engaged", [NotEngaged, Engaged]).optional(),
  /** As the tenant's own entry for the type. */
  action_type: z.strictObject(ActionTypeEntry.shape).optional(),
});
export type Overrides = z.infer<typeof Overrides>;

/** The snapshot as it would be under overrides. */
export function overridden(snapshot: Snapshot, overrides: Overrides): Snapshot {
  const { mode, budget, kill_switch, action_type } = overrides;
  const { modes, budgets, catalogue, killSwitches, calendar } = snapshot;
  const updated_at = calendar.instant;
  return {
    ...snapshot,
    modes: mode === undefined ? modes : { ...modes, ACCOUNT_ACTION_TYPE: readable(mode) },
    budgets:
      budget === undefined ? budgets : { ...budgets, account: readable({ ...budget, updated_at }) },
    killSwitches:
      kill_switch === undefined
        ? killSwitches
        : { GLOBAL: ABSENT, TENANT: ABSENT, ACCOUNT: readable(kill_switch) },
    catalogue:
      action_type === undefined ? catalogue : { ...catalogue, TENANT: readable(action_type) },
  };
}

/** A stored thing that is this. */
export function readable<T>(value: T): Stored<T> {
  return { status: "readable", value };
}
