import {
  ceilingTerms,
  type Draw,
  LIMITS,
  positionNow,
  type StoredCeiling,
  type TenantCeilings,
  usedAt,
} from "@autonomy-gate/core/budget";
import type { ActionType } from "@autonomy-gate/core/ids";
import { readable } from "./overrides.ts";
import type { Simulated, Variation } from "./variation.ts";

const NAMES = [
  ["PLATFORM", "ceiling that the platform set"],
  ["TENANT", "ceiling that the tenant set"],
] as const satisfies readonly (readonly [keyof TenantCeilings, string])[];

/** Single changes to the tenant's ceilings: each set alone, just above and just at what is used. */
export function varyCeilings({ intent, snapshot }: Simulated): Variation[] {
  const { ceilings, tenantBudgetState, calendar } = snapshot;
  const { action_type, tenant_id } = intent;
  const answer = ceilingTerms(ceilings, action_type, calendar);
  if (answer?.status !== "configured") return [];
  const position = positionNow(tenantBudgetState, answer.terms.timeZone, calendar);
  if (position === undefined) return [];
  return NAMES.flatMap(([owner, name]) => {
    const set = ceilings[owner];
    if (set.status !== "readable") return [];
    return answer.terms.draws.flatMap((draw) => {
      const from = limitOf(set.value, draw, action_type);
      if (from === undefined) return [];
      const title = `${LIMITS[draw.limitedBy].title(action_type)} of the ${name}`;
      const used = usedAt(draw, position);
      return [used + 1, used].map((to): Variation => {
        const changed = readable(withLimit(set.value, draw, action_type, to));
        return {
          kind: "BUDGET",
          change: `${title} ${from} → ${to} (tenant ${tenant_id})`,
          intent,
          snapshot: { ...snapshot, ceilings: { ...ceilings, [owner]: changed } },
        };
      });
    });
  });
}

/** What a ceiling itself says to a draw; `undefined`: nothing. */
function limitOf(
  ceiling: StoredCeiling,
  { limitedBy }: Draw,
  type: ActionType,
): number | undefined {
  switch (limitedBy) {
    case "DAY":
      return ceiling.max_autonomous_per_day;
    case "ACTION_TYPE":
      return ceiling.max_per_action_type?.[type];
    default:
      return limitedBy satisfies never;
  }
}

function withLimit(
  ceiling: StoredCeiling,
  { limitedBy }: Draw,
  type: ActionType,
  to: number,
): StoredCeiling {
  switch (limitedBy) {
    case "DAY":
      return { ...ceiling, max_autonomous_per_day: to };
    case "ACTION_TYPE":
      return { ...ceiling, max_per_action_type: { ...ceiling.max_per_action_type, [type]: to } };
    default:
      return limitedBy satisfies never;
  }
}
