import * as z from "zod";
import type { UserPool } from "./auth/tokens.ts";

/** Comma-separated, space around the parts ignored. */
const List = z
  .string()
  .default("")
  .transform((text) => text.split(",").map((part) => part.trim()))
  .transform((parts) => parts.filter((part) => part !== ""));

/** What it takes to recognise a credential. */
const AuthenticationEnvironment = z.object({
  AUTONOMY_CONFIG_TABLE_NAME: z.string().min(1),
  /** The Cognito user pool whose ID tokens are accepted; absent: API keys only. */
  AUTONOMY_JWT_USER_POOL_ID: z.string().min(1).optional(),
  /** Needed with a user pool. */
  AUTONOMY_JWT_CLIENT_IDS: List,
});

/** What it takes to serve the API. */
const Environment = AuthenticationEnvironment.extend({
  AUTONOMY_BUDGET_STATE_TABLE_NAME: z.string().min(1),
  AUTONOMY_LEDGER_TABLE_NAME: z.string().min(1),
  AUTONOMY_EVENT_BUS_NAME: z.string().min(1),
  /** Browser origins that may call the API; empty: none. */
  AUTONOMY_CORS_ORIGINS: List.pipe(z.array(z.url())),
});

export interface AuthenticationConfig {
  readonly configTable: string;
  readonly userPool?: UserPool;
}

export interface AdminConfig {
  readonly authentication: AuthenticationConfig;
  readonly tables: {
    readonly config: string;
    readonly budgetState: string;
    readonly ledger: string;
  };
  readonly busName: string;
  readonly corsOrigins: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The API's environment, parsed once. Throws an error that names every variable at fault. */
export function readConfig(variables: Variables): AdminConfig {
  const env = parseEnvironment(Environment, variables);
  return {
    authentication: authenticationOf(env),
    tables: {
      config: env.AUTONOMY_CONFIG_TABLE_NAME,
      budgetState: env.AUTONOMY_BUDGET_STATE_TABLE_NAME,
      ledger: env.AUTONOMY_LEDGER_TABLE_NAME,
    },
    busName: env.AUTONOMY_EVENT_BUS_NAME,
    corsOrigins: env.AUTONOMY_CORS_ORIGINS,
  };
}

/** The authorizer's environment, parsed once. Throws an error that names every variable at fault. */
export function readAuthenticationConfig(variables: Variables): AuthenticationConfig {
  return authenticationOf(parseEnvironment(AuthenticationEnvironment, variables));
}

function authenticationOf(env: z.infer<typeof AuthenticationEnvironment>): AuthenticationConfig {
  const configTable = env.AUTONOMY_CONFIG_TABLE_NAME;
  const userPoolId = env.AUTONOMY_JWT_USER_POOL_ID;
  const clientIds = env.AUTONOMY_JWT_CLIENT_IDS;
  if (userPoolId === undefined) return { configTable };
  if (clientIds.length === 0) throw unusable("AUTONOMY_JWT_CLIENT_IDS: needed with a user pool");
  return { configTable, userPool: { userPoolId, clientIds } };
}

function parseEnvironment<S extends z.ZodType>(schema: S, variables: Variables): z.output<S> {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw unusable(problems.join("; "));
}

function unusable(problems: string): Error {
  return new Error(`The admin API's environment is not usable. ${problems}`);
}
