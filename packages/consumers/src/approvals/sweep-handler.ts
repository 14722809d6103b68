import process from "node:process";
import { sweepConfigFrom } from "./config.ts";
import { createSweep } from "./create-sweep.ts";

/** The Lambda entry of the sweep's schedule. */
export const handler = createSweep(sweepConfigFrom(process.env));
