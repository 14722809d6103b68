import { DEFAULT_INTENT_SOURCES } from "@autonomy-gate/core/contract";
import * as z from "zod";

const list = (text: string) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

const Environment = z.object({
  /** Name of a bus that exists already; absent: the gate has one of its own. */
  AUTONOMY_EXISTING_BUS_NAME: z
    .string()
    .regex(/^[A-Za-z0-9._/-]{1,256}$/)
    .optional(),
  /** EventBridge sources whose intents are accepted. */
  AUTONOMY_INTENT_SOURCES: z
    .string()
    .default(DEFAULT_INTENT_SOURCES.join(","))
    .transform(list)
    .pipe(z.array(z.string().max(256)).min(1)),
  /** Roles that may publish intents; absent: whoever in the account may put events on the bus. */
  AUTONOMY_INTENT_PRODUCER_ROLE_ARNS: z
    .string()
    .default("")
    .transform(list)
    .pipe(z.array(z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/))),
  /** `throughput`: batches of up to 50 that may wait a second to fill. */
  AUTONOMY_BATCH_PROFILE: z.enum(["standard", "throughput"]).default("standard"),
  /** Groups the intents queue by account, so that a busy account delays only itself. */
  AUTONOMY_FAIR_QUEUE: z.stringbool().default(false),
  /** Host name for the admin API, in a Route 53 zone of this account. */
  AUTONOMY_ADMIN_DOMAIN: z.string().min(1).optional(),
  /** Browser origins that may call the admin API. */
  AUTONOMY_CORS_ORIGINS: z.string().default("").transform(list).pipe(z.array(z.url())),
  /** Where a browser returns to after signing in; absent: no hosted sign-in. */
  AUTONOMY_SIGN_IN_RETURN_URLS: z.string().default("").transform(list).pipe(z.array(z.url())),
  /** Who is told of an alarm in production. */
  AUTONOMY_ALARM_EMAIL: z.email().optional(),
  /** Deploys the example subscribers too. */
  AUTONOMY_EXAMPLE_SUBSCRIBERS: z.stringbool().default(false),
});

/** What a deployment is told: the stage by SST, the rest by the environment of the command. */
export interface Settings {
  readonly production: boolean;
  readonly existingBusName: string | undefined;
  readonly intentSources: readonly string[];
  readonly intentProducerRoleArns: readonly string[];
  readonly batchProfile: "standard" | "throughput";
  readonly fairQueue: boolean;
  readonly adminDomain: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly signInReturnUrls: readonly string[];
  readonly alarmEmail: string | undefined;
  readonly exampleSubscribers: boolean;
}

/** Throws an error that names every variable that is not usable. */
export function readSettings(
  stage: string,
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
    throw new Error(`These settings are not usable. ${problems.join("; ")}`);
  }
  const env = parsed.data;
  return {
    production: stage === "production",
    existingBusName: env.AUTONOMY_EXISTING_BUS_NAME,
    intentSources: env.AUTONOMY_INTENT_SOURCES,
    intentProducerRoleArns: env.AUTONOMY_INTENT_PRODUCER_ROLE_ARNS,
    batchProfile: env.AUTONOMY_BATCH_PROFILE,
    fairQueue: env.AUTONOMY_FAIR_QUEUE,
    adminDomain: env.AUTONOMY_ADMIN_DOMAIN,
    corsOrigins: env.AUTONOMY_CORS_ORIGINS,
    signInReturnUrls: env.AUTONOMY_SIGN_IN_RETURN_URLS,
    alarmEmail: env.AUTONOMY_ALARM_EMAIL,
    exampleSubscribers: env.AUTONOMY_EXAMPLE_SUBSCRIBERS,
  };
}
