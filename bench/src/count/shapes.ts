import type { Kind, Spread } from "../workload.ts";

/** One batch of a kind. */
export interface BatchShape {
  readonly size: number;
  readonly kind: Kind;
  readonly spread: Spread;
}

const SIZES = [1, 10, 50, 100] as const;
const KINDS = ["automatic", "held", "spent"] as const;
const SPREADS = ["one-account", "all-different"] as const;

/** Every shape that is counted. */
export const SHAPES: readonly BatchShape[] = KINDS.flatMap((kind) =>
  SPREADS.flatMap((spread) => SIZES.map((size) => ({ size, kind, spread }))),
);
