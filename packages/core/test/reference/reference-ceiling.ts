import { isCaps, isZone, type ReferenceTerms } from "./reference-budget.ts";
import { type ItemAt, isCount } from "./stored-item.ts";

/** The terms of a tenant's ceilings for a type; none where neither is set, or one is no ceiling. */
export function ceilingOf(
  itemAt: ItemAt,
  type: string,
): { readonly readable: boolean; readonly terms?: ReferenceTerms } {
  let limit = Number.POSITIVE_INFINITY;
  let cap = Number.POSITIVE_INFINITY;
  let zone: string | undefined;
  for (const sk of ["BUDGET#CEILING", "BUDGET#TENANT"]) {
    const item = itemAt("TENANT", sk);
    if (item === undefined) continue;
    const { max_autonomous_per_day: max, timezone = "UTC", max_per_action_type = {} } = item;
    if (!isCount(max) || !isZone(timezone) || !isCaps(max_per_action_type)) {
      return { readable: false };
    }
    limit = Math.min(limit, max);
    const own = new Map(Object.entries(max_per_action_type)).get(type);
    cap = Math.min(cap, own ?? cap);
    if (item.timezone !== undefined) zone ??= timezone;
  }
  if (limit === Number.POSITIVE_INFINITY) return { readable: true };
  return {
    readable: true,
    terms: {
      zone: zone ?? "UTC",
      limit,
      cap: Number.isFinite(cap) ? cap : undefined,
      decays: false,
      changedAt: undefined,
    },
  };
}
