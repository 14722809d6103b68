import process from "node:process";

const SHARE = Number(process.env.FAST_CHECK_SHARE ?? 1);

/** How often a property is tried: a share of the full number in a hunt for mutants, which repeats it. */
export function runs(full: number, atLeast = 1): number {
  return Math.max(atLeast, Math.ceil(full * SHARE));
}
