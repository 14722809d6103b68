import process from "node:process";
import { createHandler } from "./create-handler.ts";
import { readConfig } from "./environment/config.ts";

/** The Lambda entry. */
export const handler = createHandler(readConfig(process.env));
