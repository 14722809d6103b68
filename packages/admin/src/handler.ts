import process from "node:process";
import { adminConfigFrom } from "./config.ts";
import { createHandler } from "./create-handler.ts";

/** The Lambda entry. */
export const handler = createHandler(adminConfigFrom(process.env));
