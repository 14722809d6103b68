import {
  type ConfigAttributes,
  type ConfigScope,
  isEngaged,
  KillSwitchV1,
  readKillSwitch,
  SwitchOwner,
  scopeOf,
} from "@autonomy-gate/core/configuration";
import type { Calendar } from "@autonomy-gate/core/day";
import type { ConfigStore } from "@autonomy-gate/core/ports";
import * as z from "zod";
import { etagOf } from "../http/etag.ts";
import { NamedScope } from "../http/scope.ts";
import { scopeIds } from "./write.ts";

const Unreadable = {
  /** It cannot be read, and counts as engaged until it is put right. */
  unreadable: z.literal(true).optional(),
};

/** A switch as stored; items that others wrote may lack all but `engaged`. */
export const KillSwitch = z
  .object({
    ...NamedScope.shape,
    owner: SwitchOwner,
    ...KillSwitchV1.partial().required({ engaged: true }).shape,
    ...Unreadable,
    etag: z.string(),
  })
  .meta({ id: "KillSwitchV1" });
export type KillSwitch = z.infer<typeof KillSwitch>;

/** A switch that stops something now. */
export const EffectiveSwitch = z
  .object({
    scope: z.enum(["GLOBAL", "TENANT", "ACCOUNT"]),
    /** Only its owner lifts it. */
    owner: SwitchOwner,
    effect: KillSwitchV1.shape.effect,
    reason: z.string().optional(),
    /** The types it stops; absent: all. */
    action_types: KillSwitchV1.shape.action_types,
    expires_at: KillSwitchV1.shape.expires_at,
    ...Unreadable,
  })
  .meta({ id: "EffectiveKillSwitch" });
export type EffectiveSwitch = z.infer<typeof EffectiveSwitch>;

export function switchView(
  attributes: ConfigAttributes,
  scope: ConfigScope,
  owner: SwitchOwner,
): KillSwitch {
  const ids = { ...scopeIds(scope), owner };
  const etag = etagOf(attributes);
  const found = readKillSwitch(attributes);
  if (found.status === "unreadable") {
    return { ...ids, engaged: true, effect: found.effect, unreadable: true, etag };
  }
  const about = KillSwitchV1.partial().safeParse(attributes);
  return { ...ids, ...about.data, ...found.value, etag };
}

/** The engaged switches of a scope and of the wider ones, widest first, the platform's first. */
export async function effectiveSwitches(
  scope: ConfigScope,
  calendar: Calendar,
  config: ConfigStore,
): Promise<EffectiveSwitch[]> {
  const reads = scopesUpTo(scope).flatMap((one) =>
    ownersAt(one).map(async (owner): Promise<EffectiveSwitch[]> => {
      const stored = await config.read({ scope: one, object: { kind: "KILL_SWITCH", owner } });
      return stored === undefined ? [] : effectiveSwitch(stored, one.kind, owner, calendar);
    }),
  );
  return (await Promise.all(reads)).flat();
}

/** Who may have a switch at a scope. */
export function ownersAt({ kind }: ConfigScope): readonly SwitchOwner[] {
  return kind === "GLOBAL" ? ["PLATFORM"] : SwitchOwner.options;
}

function scopesUpTo(scope: ConfigScope): ConfigScope[] {
  switch (scope.kind) {
    case "GLOBAL":
      return [scope];
    case "TENANT":
      return [scopeOf(), scope];
    case "ACCOUNT":
      return [scopeOf(), scopeOf(scope.tenant_id), scope];
    default:
      return scope satisfies never;
  }
}

function effectiveSwitch(
  attributes: ConfigAttributes,
  scope: EffectiveSwitch["scope"],
  owner: SwitchOwner,
  calendar: Calendar,
): EffectiveSwitch[] {
  const found = readKillSwitch(attributes);
  if (found.status === "unreadable") {
    return [{ scope, owner, effect: found.effect, unreadable: true }];
  }
  const { value } = found;
  if (!isEngaged(value, calendar.epochMs)) return [];
  const { effect, reason, action_types, expires_at } = value;
  return [
    {
      scope,
      owner,
      effect,
      ...(reason === undefined ? {} : { reason }),
      ...(action_types === undefined ? {} : { action_types }),
      ...(expires_at === undefined ? {} : { expires_at }),
    },
  ];
}
