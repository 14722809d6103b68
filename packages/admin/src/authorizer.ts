import process from "node:process";
import { readAuthenticationConfig } from "./config.ts";
import { createAuthorizer } from "./create-authorizer.ts";

/** The Lambda entry of API Gateway's authorizer. */
export const handler = createAuthorizer(readAuthenticationConfig(process.env));
