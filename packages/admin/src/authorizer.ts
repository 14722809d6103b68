import process from "node:process";
import { authorizerConfigFrom } from "./authorizer-config.ts";
import { createAuthorizer } from "./create-authorizer.ts";

/** The Lambda entry of the authorizer. */
export const handler = createAuthorizer(authorizerConfigFrom(process.env));
