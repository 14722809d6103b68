import process from "node:process";
import fc from "fast-check";

/** Properties run on the same inputs each time; FAST_CHECK_SEED takes them elsewhere. */
const DEFAULT_SEED = 20_261_122;

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? DEFAULT_SEED) });
