import process from "node:process";
import { consumerConfigFrom } from "./config.ts";
import { createHandler } from "./create-handler.ts";

/** The Lambda entry. */
export const handler = createHandler(consumerConfigFrom(process.env));
