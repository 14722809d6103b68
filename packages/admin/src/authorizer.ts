import process from "node:process";
import { readAuthorizerConfig } from "./authorizer-config.ts";
import { createAuthorizer } from "./create-authorizer.ts";

/** The Lambda entry of the authorizer. */
export const handler = createAuthorizer(readAuthorizerConfig(process.env));
