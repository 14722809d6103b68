import process from "node:process";
import fc from "fast-check";

/** Properties run on the same inputs each time; FAST_CHECK_SEED takes them elsewhere. */
const DEFAULT_SEED = "20261122";

/** fast-check takes seeds of 32 bits, and any text without a complaint. */
const SEED_MAX = 2 ** 31 - 1;

const text = process.env.FAST_CHECK_SEED ?? DEFAULT_SEED;
const seed = Number(text);
if (!/^-?\d+$/.test(text) || Math.abs(seed) > SEED_MAX) {
  throw new Error(`FAST_CHECK_SEED is "${text}". It must be a whole number such as 42.`);
}

fc.configureGlobal({ seed });
