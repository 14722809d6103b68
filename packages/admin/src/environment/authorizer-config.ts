import { CommaList, parseEnvironment } from "@autonomy-gate/core/values";
import * as z from "zod";
import type { UserPool } from "../auth/tokens.ts";

/** The authorizer's environment, parsed once at the cold start: less than the API's own. */
const Environment = z.object({
  AUTONOMY_CONFIG_TABLE_NAME: z.string().min(1),
  AUTONOMY_JWT_USER_POOL_ID: z.string().min(1),
  AUTONOMY_JWT_CLIENT_IDS: CommaList.pipe(z.array(z.string()).min(1)),
});

export interface AuthorizerConfig {
  readonly configTable: string;
  readonly userPool: UserPool;
}

/** Throws an error that names every missing variable. */
export function authorizerConfigFrom(
  environment: Readonly<Record<string, string | undefined>>,
): AuthorizerConfig {
  const env = parseEnvironment(
    Environment,
    environment,
    "The authorizer's environment is not usable.",
  );
  return {
    configTable: env.AUTONOMY_CONFIG_TABLE_NAME,
    userPool: {
      userPoolId: env.AUTONOMY_JWT_USER_POOL_ID,
      clientIds: env.AUTONOMY_JWT_CLIENT_IDS,
    },
  };
}
