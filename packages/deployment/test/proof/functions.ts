import { authorizerConfigFrom } from "@autonomy-gate/admin/environment/authorizer-config";
import { adminConfigFrom } from "@autonomy-gate/admin/environment/config";
import { consumerConfigFrom } from "@autonomy-gate/consumers/intents/config";
import { DEFAULT_INTENT_SOURCES } from "@autonomy-gate/core/contract";
import {
  ADMIN,
  BATCH,
  CONSUMER,
  CONSUMER_TIMEOUT_SECONDS,
  QUEUES,
} from "@autonomy-gate/core/topology";
import * as z from "zod";
import { arnOf, named, ofType, text } from "../synthesis/find.ts";
import type { Synthesis } from "../synthesis/synthesis.ts";
import { type Check, differences } from "./check.ts";

const Variables = z.looseObject({ variables: z.record(z.string(), z.string()) });

/** Batches at once, and what is kept for the admin API: in production as `docs/deploy.md` starts from. */
function concurrency({ app }: Synthesis) {
  return app.removal === "retain"
    ? { consumer: 50, admin: { reservedConcurrentExecutions: 25 } }
    : { consumer: CONSUMER.concurrencyMax, admin: {} };
}

/** Processor, runtime, time, memory, and in production executions that no burst of intents can take. */
export const functionsAreAsDesigned: Check = (synthesis) => {
  const { admin } = concurrency(synthesis);
  const designed: Readonly<Record<string, object>> = {
    AutonomyConsumerFunction: {
      timeout: CONSUMER_TIMEOUT_SECONDS,
      memorySize: CONSUMER.memoryMegabytes,
    },
    AutonomyAdminFunction: {
      timeout: ADMIN.timeoutSeconds,
      memorySize: ADMIN.memoryMegabytes,
      ...admin,
    },
    AutonomyAuthorizerFunction: { timeout: 10, memorySize: 512, ...admin },
    AutonomyKillSwitchFunction: {
      timeout: ADMIN.timeoutSeconds,
      memorySize: ADMIN.memoryMegabytes,
      ...admin,
    },
    AutonomyKillSwitchAuthorizerFunction: { timeout: 10, memorySize: 512, ...admin },
  };
  const functions = ofType(synthesis, "lambda/function:Function");
  return [
    ...differences(
      "The functions",
      functions.map(({ name }) => name).sort(),
      Object.keys(designed).sort(),
    ),
    ...functions.flatMap(({ name, inputs }) => {
      const { architectures, runtime, timeout, memorySize, reservedConcurrentExecutions } = inputs;
      return differences(
        name,
        { architectures, runtime, timeout, memorySize, reservedConcurrentExecutions },
        { architectures: ["arm64"], runtime: "nodejs24.x", ...designed[name] },
      );
    }),
  ];
};

/** The environment, read by the very code that reads it on Lambda, names this stage's resources. */
export const environmentsNameTheStage: Check = (synthesis) => {
  const name = (resource: string) => text(named(synthesis, resource), "name");
  const tables = {
    config: name("AutonomyConfigTable"),
    budgetState: name("AutonomyBudgetStateTable"),
    ledger: name("AutonomyLedgerTable"),
  };
  const userPool = {
    userPoolId: text(named(synthesis, "AutonomyUsersUserPool"), "id"),
    clientIds: [text(named(synthesis, "AutonomyAdminClientClient"), "name")],
  };
  const busName = name("AutonomyBusBus");
  return [
    ...reads(
      "The consumer's environment",
      () => consumerConfigFrom(variables(synthesis, "AutonomyConsumerFunction")),
      {
        tables,
        busName,
        quarantineUrl: text(named(synthesis, "AutonomyQuarantineQueue"), "url"),
        intentSources: DEFAULT_INTENT_SOURCES,
      },
    ),
    ...reads(
      "The admin API's environment",
      () => adminConfigFrom(variables(synthesis, "AutonomyAdminFunction")),
      {
        tables,
        busName,
        corsOrigins: [],
        configObjectsMax: 2_000,
        userPool,
      },
    ),
    ...reads(
      "The authorizer's environment",
      () => authorizerConfigFrom(variables(synthesis, "AutonomyAuthorizerFunction")),
      {
        configTable: tables.config,
        userPool,
      },
    ),
  ];
};

function variables(synthesis: Synthesis, fn: string): Record<string, string> {
  return Variables.parse(named(synthesis, fn).inputs.environment).variables;
}

function reads(what: string, read: () => unknown, expected: unknown): string[] {
  try {
    return differences(what, read(), expected);
  } catch (error) {
    return [`${what} cannot be read: ${String(error)}`];
  }
}

/** How batches come: partial answers, a bound on those in parallel, and a queue that waits long enough. */
export const batchesAreAsDesigned: Check = (synthesis) => {
  const mappings = ofType(synthesis, "lambda/eventSourceMapping:EventSourceMapping");
  const { batchSize, maximumBatchingWindowInSeconds, ...rest } = { ...mappings[0]?.inputs };
  const profile = batchSize === BATCH.throughput.size ? BATCH.throughput : BATCH.standard;
  return [
    ...differences("The number of event sources", mappings.length, 1),
    ...differences(
      "The batch",
      { batchSize, maximumBatchingWindowInSeconds },
      { batchSize: profile.size, maximumBatchingWindowInSeconds: profile.windowSeconds },
    ),
    ...differences("The event source", rest, {
      eventSourceArn: arnOf(synthesis, "AutonomyIntentsQueue"),
      functionName: arnOf(synthesis, "AutonomyConsumerFunction"),
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: concurrency(synthesis).consumer },
    }),
  ];
};

const Seconds = z.object({ timeout: z.number() });
const Visibility = z.object({ visibilityTimeoutSeconds: z.number() });

/** AWS's advice: six times the function's timeout, and the window a batch may wait. */
export const visibilityOutlastsTheFunction: Check = (synthesis) => {
  const { visibilityTimeoutSeconds } = Visibility.parse(
    named(synthesis, "AutonomyIntentsQueue").inputs,
  );
  const { timeout } = Seconds.parse(named(synthesis, "AutonomyConsumerFunction").inputs);
  return visibilityTimeoutSeconds >= 6 * timeout &&
    visibilityTimeoutSeconds >= QUEUES.intents.visibilityTimeoutSeconds
    ? []
    : [`Intents stay hidden for ${visibilityTimeoutSeconds} s, the function may take ${timeout} s`];
};
