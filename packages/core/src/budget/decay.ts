import { daysBetween } from "../day.ts";
import type { DateKey } from "../time.ts";
import type { Ceiling } from "./limits/limit.ts";

/** A limit after decay, and how long the account was idle when that lowered it. */
export interface LimitInForce {
  readonly limit: number;
  readonly unusedDays?: number;
}

/**
 * A ceiling on a day. One that decays is halved for every full 7 days since the later of the last
 * earlier day with a consumption and the budget's last change, never below 1 unless it is 0. With
 * neither known, the account counts as idle for ever.
 */
export function limitInForce(
  { configured, decay }: Ceiling,
  on: { readonly dateKey: DateKey; readonly previousConsumedOn?: DateKey },
): LimitInForce {
  if (decay === undefined || configured <= 1) return { limit: configured };
  const since = laterOf(on.previousConsumedOn, decay.changedOn);
  if (since === undefined) return { limit: 1 };
  const unusedDays = daysBetween(since, on.dateKey);
  const halvings = Math.max(0, Math.floor(unusedDays / 7));
  if (halvings === 0) return { limit: configured };
  return { limit: Math.max(1, Math.floor(configured / 2 ** halvings)), unusedDays };
}

function laterOf(a: DateKey | undefined, b: DateKey | undefined): DateKey | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a > b ? a : b;
}
