import process from "node:process";
import { createHandler } from "./create-handler.ts";
import { adminConfigFrom } from "./environment/config.ts";

/** The Lambda entry. */
export const handler = createHandler(adminConfigFrom(process.env));
