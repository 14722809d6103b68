import * as z from "zod";
import type { UserPool } from "./auth/tokens.ts";

/** The authorizer's environment, parsed once at the cold start: less than the API's own. */
const Environment = z.object({
  AUTONOMY_CONFIG_TABLE_NAME: z.string().min(1),
  AUTONOMY_JWT_USER_POOL_ID: z.string().min(1),
  /** Comma-separated. */
  AUTONOMY_JWT_CLIENT_IDS: z.string().min(1),
});

export interface AuthorizerConfig {
  readonly configTable: string;
  readonly userPool: UserPool;
}

/** Throws an error that names every missing variable. */
export function readAuthorizerConfig(
  environment: Readonly<Record<string, string | undefined>>,
): AuthorizerConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
    throw new Error(`The authorizer's environment is not usable. ${problems.join("; ")}`);
  }
  const env = parsed.data;
  return {
    configTable: env.AUTONOMY_CONFIG_TABLE_NAME,
    userPool: {
      userPoolId: env.AUTONOMY_JWT_USER_POOL_ID,
      clientIds: env.AUTONOMY_JWT_CLIENT_IDS.split(",").map((id) => id.trim()),
    },
  };
}
