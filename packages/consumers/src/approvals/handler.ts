import process from "node:process";
import { approvalsConfigFrom } from "./config.ts";
import { createApprovalsHandler } from "./create-handler.ts";

/** The Lambda entry. */
export const handler = createApprovalsHandler(approvalsConfigFrom(process.env));
