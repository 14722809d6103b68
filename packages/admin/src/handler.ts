import process from "node:process";
import { readConfig } from "./config.ts";
import { createHandler } from "./create-handler.ts";

/** The Lambda entry. */
export const handler = createHandler(readConfig(process.env));
