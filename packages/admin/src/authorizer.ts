import process from "node:process";
import { createAuthorizer } from "./create-authorizer.ts";
import { readAuthorizerConfig } from "./environment/authorizer-config.ts";

/** The Lambda entry of the authorizer. */
export const handler = createAuthorizer(readAuthorizerConfig(process.env));
