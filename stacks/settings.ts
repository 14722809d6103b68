import { DEFAULT_INTENT_SOURCES } from "@autonomy-gate/core/contract";
import { CONSUMER } from "@autonomy-gate/core/topology";
import { CommaList, Origin, parseEnvironment } from "@autonomy-gate/core/values";
import * as z from "zod";

/** A setting that may be absent, which `none` says aloud. */
function orNone<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (value === "none" ? undefined : value), schema.optional());
}

const Environment = z.object({
  /** Name of a bus that exists already; none: the gate has one of its own. */
  AUTONOMY_EXISTING_BUS_NAME: orNone(z.string().regex(/^[A-Za-z0-9._/-]{1,256}$/)),
  /** EventBridge sources whose intents are accepted. */
  AUTONOMY_INTENT_SOURCES: CommaList.prefault(DEFAULT_INTENT_SOURCES.join(",")).pipe(
    z.array(z.string().max(256)).min(1),
  ),
  /** Roles that may publish intents; none: whoever in the account may put events on the bus. */
  AUTONOMY_INTENT_PRODUCER_ROLE_ARNS: orNone(
    CommaList.pipe(z.array(z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/)).min(1)),
  ),
  /** `throughput`: batches of up to 50 that may wait a second to fill. */
  AUTONOMY_BATCH_PROFILE: z.enum(["standard", "throughput"]).default("standard"),
  /** Batches in work at the same time; Lambda allows 2 to 1,000. */
  AUTONOMY_CONSUMER_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(2)
    .max(1_000)
    .default(CONSUMER.concurrencyMax),
  /** Executions kept for the admin function, and as many for its authorizer; none: they share the account's. */
  AUTONOMY_ADMIN_RESERVED_CONCURRENCY: orNone(z.coerce.number().int().min(1).max(1_000)),
  /** Groups the intents queue by account, so that a busy account delays only itself. */
  AUTONOMY_FAIR_QUEUE: z.stringbool().default(false),
  /** Host name for the admin API, in a Route 53 zone of this account. */
  AUTONOMY_ADMIN_DOMAIN: orNone(z.string()),
  /** Browser origins that may call the admin API. */
  AUTONOMY_CORS_ORIGINS: orNone(CommaList.pipe(z.array(Origin))),
  /** Configuration objects that a tenant and its accounts may have, stops left out. */
  AUTONOMY_CONFIG_OBJECTS_MAX: z.coerce.number().int().min(1).default(2_000),
  /** Who is told of an alarm in production. */
  AUTONOMY_ALARM_EMAIL: orNone(z.email()),
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
  readonly consumerConcurrency: number;
  readonly adminReservedConcurrency: number | undefined;
  readonly fairQueue: boolean;
  readonly adminDomain: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly configObjectsMax: number;
  readonly alarmEmail: string | undefined;
  readonly exampleSubscribers: boolean;
}

/**
 * Throws an error that names every variable that is not usable; in production also every one that is
 * not there, for one that was forgotten would undo, unsaid, what the last deployment did.
 */
export function readSettings(
  stage: string,
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const production = stage === "production";
  const names = Object.keys(Environment.shape);
  // A variable that a script left empty says as little as none at all.
  const given = names.filter((name) => (environment[name] ?? "") !== "");
  if (production && given.length < names.length) {
    const missing = names.filter((name) => !given.includes(name));
    throw new Error(
      `Production names every setting, best in .env.production; docs/deploy.md has one to start from. Missing: ${missing.join(", ")}`,
    );
  }
  const env = parseEnvironment(
    Environment,
    Object.fromEntries(given.map((name) => [name, environment[name]])),
    "These settings are not usable.",
  );
  return {
    production,
    existingBusName: env.AUTONOMY_EXISTING_BUS_NAME,
    intentSources: env.AUTONOMY_INTENT_SOURCES,
    intentProducerRoleArns: env.AUTONOMY_INTENT_PRODUCER_ROLE_ARNS ?? [],
    batchProfile: env.AUTONOMY_BATCH_PROFILE,
    consumerConcurrency: env.AUTONOMY_CONSUMER_CONCURRENCY,
    adminReservedConcurrency: env.AUTONOMY_ADMIN_RESERVED_CONCURRENCY,
    fairQueue: env.AUTONOMY_FAIR_QUEUE,
    adminDomain: env.AUTONOMY_ADMIN_DOMAIN,
    corsOrigins: env.AUTONOMY_CORS_ORIGINS ?? [],
    configObjectsMax: env.AUTONOMY_CONFIG_OBJECTS_MAX,
    alarmEmail: env.AUTONOMY_ALARM_EMAIL,
    exampleSubscribers: env.AUTONOMY_EXAMPLE_SUBSCRIBERS,
  };
}
