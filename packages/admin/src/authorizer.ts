import process from "node:process";
import { createAuthorizer } from "./create-authorizer.ts";
import { authorizerConfigFrom } from "./environment/authorizer-config.ts";

/** The Lambda entry of the authorizer. */
export const handler = createAuthorizer(authorizerConfigFrom(process.env));
