import * as z from "zod";
import { Instant, instantMs } from "../day.ts";
import { ActionType } from "../ids.ts";
import type { ABSENT } from "../stored.ts";
import {
  type AppliedKillSwitch,
  KillSwitchEffect,
  type Scope,
  type SwitchOwner,
} from "./applied.ts";

/** The longest reason that a decision tells whole. */
export const KILL_SWITCH_REASON_LENGTH_MAX = 256;

/** One owner's stop of one scope. Strict: `"false"` is not `false`, and an empty type list is refused. */
export const KillSwitchV1 = z.object({
  engaged: z.boolean(),
  effect: KillSwitchEffect,
  reason: z.string(),
  /** The types it stops; absent: all. */
  action_types: z.array(ActionType).min(1).optional(),
  /** From this instant on it no longer stops anything. */
  expires_at: Instant.optional(),
  updated_at: Instant,
  updated_by: z.string(),
});
export type KillSwitchV1 = z.infer<typeof KillSwitchV1>;

/** A switch read back. Only a literal `engaged: false` is off. */
export const StoredKillSwitch = z.union([
  z.object({ engaged: z.literal(false) }),
  KillSwitchV1.omit({ updated_at: true, updated_by: true }).partial({ reason: true }),
]);
export type StoredKillSwitch = z.infer<typeof StoredKillSwitch>;

/** A switch that is there; one that cannot be read counts as engaged, for every type and for ever. */
export type FoundKillSwitch =
  | { readonly status: "readable"; readonly value: StoredKillSwitch }
  | { readonly status: "unreadable"; readonly effect: KillSwitchEffect };

/** The switches that can concern an intent. `TENANT` and `ACCOUNT` are the tenant's own. */
export type SwitchName = Scope | "TENANT_PLATFORM" | "ACCOUNT_PLATFORM";

export type KillSwitches = Readonly<Record<SwitchName, FoundKillSwitch | typeof ABSENT>>;

interface SwitchPlace {
  readonly name: SwitchName;
  readonly scope: Scope;
  readonly owner: SwitchOwner;
}

/** Widest scope first, in each scope the platform's first. */
const PLACES: readonly SwitchPlace[] = [
  { name: "GLOBAL", scope: "GLOBAL", owner: "PLATFORM" },
  { name: "TENANT_PLATFORM", scope: "TENANT", owner: "PLATFORM" },
  { name: "TENANT", scope: "TENANT", owner: "TENANT" },
  { name: "ACCOUNT_PLATFORM", scope: "ACCOUNT", owner: "PLATFORM" },
  { name: "ACCOUNT", scope: "ACCOUNT", owner: "TENANT" },
];

/** The switch that an owner has at a scope; everyone's is the platform's. */
export function switchName(scope: Scope, owner: SwitchOwner): SwitchName {
  return scope === "GLOBAL" || owner === "TENANT" ? scope : `${scope}_PLATFORM`;
}

const SaysBlock = z.object({ effect: z.literal("BLOCK") });

/**
 * Reads what is stored as a switch. What does not make sense of what it stops, how and until when
 * counts against autonomy, and still blocks when it says BLOCK.
 */
export function readKillSwitch(item: object): FoundKillSwitch {
  const stored = StoredKillSwitch.safeParse(item);
  if (stored.success) return { status: "readable", value: stored.data };
  const effect = SaysBlock.safeParse(item).success ? "BLOCK" : "REQUIRE_APPROVAL";
  return { status: "unreadable", effect };
}

/** The stops that apply to an action type at an instant, in the order of `PLACES`. */
export function appliedKillSwitches(
  switches: KillSwitches,
  actionType: ActionType,
  epochMs: number,
): AppliedKillSwitch[] {
  return PLACES.flatMap(({ name, scope, owner }): AppliedKillSwitch[] => {
    const stored = switches[name];
    if (stored.status === "absent") return [];
    if (stored.status === "unreadable") {
      return [{ scope, owner, effect: stored.effect, unreadable: true }];
    }
    const { value } = stored;
    if (!isEngaged(value, epochMs) || !stops(value, actionType)) return [];
    return [{ scope, owner, ...applied(value) }];
  });
}

type EngagedSwitch = Extract<StoredKillSwitch, { effect: unknown }>;

/** Whether a switch is engaged at an instant, if only for some action types. */
export function isEngaged(stored: StoredKillSwitch, epochMs: number): stored is EngagedSwitch {
  if (!stored.engaged) return false;
  const { expires_at } = stored;
  return expires_at === undefined || instantMs(expires_at) > epochMs;
}

function stops({ action_types }: EngagedSwitch, actionType: ActionType): boolean {
  return action_types === undefined || action_types.includes(actionType);
}

function applied({ effect, reason }: EngagedSwitch): Pick<AppliedKillSwitch, "effect" | "reason"> {
  return { effect, ...(reason ? { reason: shortened(reason) } : {}) };
}

/** Others may have stored a reason that no decision could hold, nor any event tell. */
function shortened(reason: string): string {
  if (reason.length <= KILL_SWITCH_REASON_LENGTH_MAX) return reason;
  return `${reason.slice(0, KILL_SWITCH_REASON_LENGTH_MAX - 1).toWellFormed()}…`;
}
