import { CONFIG_OBJECTS_MAX_DEFAULT } from "@autonomy-gate/core/commit";
import { CommaList, defined, Origin, parseEnvironment } from "@autonomy-gate/core/values";
import * as z from "zod";

/** The API's environment, parsed once at the cold start. */
const Environment = z
  .object({
    AUTONOMY_CONFIG_TABLE_NAME: z.string().min(1),
    AUTONOMY_BUDGET_STATE_TABLE_NAME: z.string().min(1),
    AUTONOMY_LEDGER_TABLE_NAME: z.string().min(1),
    AUTONOMY_EVENT_BUS_NAME: z.string().min(1),
    /** Browser origins that may call the API; empty: none. */
    AUTONOMY_CORS_ORIGINS: CommaList.pipe(z.array(Origin)).prefault(""),
    /** Configuration objects that a tenant and its accounts may have, stops left out. */
    AUTONOMY_CONFIG_OBJECTS_MAX: z.coerce.number().int().min(1).default(CONFIG_OBJECTS_MAX_DEFAULT),
    /** The Cognito user pool whose ID tokens are accepted; absent: API keys only. */
    AUTONOMY_JWT_USER_POOL_ID: z.string().min(1).optional(),
    AUTONOMY_JWT_CLIENT_IDS: CommaList.prefault(""),
  })
  .refine(
    (env) => env.AUTONOMY_JWT_USER_POOL_ID === undefined || env.AUTONOMY_JWT_CLIENT_IDS.length > 0,
    {
      path: ["AUTONOMY_JWT_CLIENT_IDS"],
      error: "is needed with AUTONOMY_JWT_USER_POOL_ID",
    },
  );

export interface AdminConfig {
  readonly tables: {
    readonly config: string;
    readonly budgetState: string;
    readonly ledger: string;
  };
  readonly busName: string;
  readonly corsOrigins: readonly string[];
  readonly configObjectsMax: number;
  readonly userPool?: { readonly userPoolId: string; readonly clientIds: readonly string[] };
}

/** Throws an error that names every missing or malformed variable. */
export function adminConfigFrom(
  environment: Readonly<Record<string, string | undefined>>,
): AdminConfig {
  const env = parseEnvironment(
    Environment,
    environment,
    "The admin API's environment is not usable.",
  );
  const userPoolId = env.AUTONOMY_JWT_USER_POOL_ID;
  return defined({
    tables: {
      config: env.AUTONOMY_CONFIG_TABLE_NAME,
      budgetState: env.AUTONOMY_BUDGET_STATE_TABLE_NAME,
      ledger: env.AUTONOMY_LEDGER_TABLE_NAME,
    },
    busName: env.AUTONOMY_EVENT_BUS_NAME,
    corsOrigins: env.AUTONOMY_CORS_ORIGINS,
    configObjectsMax: env.AUTONOMY_CONFIG_OBJECTS_MAX,
    userPool:
      userPoolId === undefined ? undefined : { userPoolId, clientIds: env.AUTONOMY_JWT_CLIENT_IDS },
  });
}
