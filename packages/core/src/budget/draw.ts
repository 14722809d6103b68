import type { Counter } from "./counter.ts";
import { limitInForce } from "./decay.ts";
import type { Ceiling } from "./limits/limit.ts";
import type { LimitedBy } from "./limits/limits.ts";
import type { BudgetPosition } from "./state.ts";

/** What one action takes of one counter. */
export interface Draw {
  readonly counter: Counter;
  readonly units: number;
  /** `undefined`: counted, and not limited. */
  readonly ceiling: Ceiling | undefined;
  readonly limitedBy: LimitedBy;
}

/** What the counter of a draw may hold at most at a position. */
export function ceilingAt({ ceiling }: Draw, position: BudgetPosition): number {
  if (ceiling === undefined) return Number.POSITIVE_INFINITY;
  return ceiling.decay === undefined ? ceiling.configured : limitInForce(ceiling, position).limit;
}

/** What the counter of a draw holds at a position. */
export function usedAt({ counter }: Draw, position: BudgetPosition): number {
  return position.counts.get(counter) ?? 0;
}
