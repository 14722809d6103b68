import { PAYLOAD_RETENTION_DAYS } from "@autonomy-gate/core/topology";
import { parseEnvironment } from "@autonomy-gate/core/values";
import * as z from "zod";
import { IntentSources } from "../intents/config.ts";

const Tables = z.object({
  AUTONOMY_LEDGER_TABLE_NAME: z.string().min(1),
  AUTONOMY_ACTIONS_TABLE_NAME: z.string().min(1),
  AUTONOMY_EVENT_BUS_NAME: z.string().min(1),
});

/** The environment of the approvals consumer. */
const ApprovalsEnvironment = Tables.extend({
  AUTONOMY_CONFIG_TABLE_NAME: z.string().min(1),
  AUTONOMY_QUARANTINE_QUEUE_URL: z.url(),
  AUTONOMY_INTENT_SOURCES: IntentSources,
});

/** The environment of the sweep. */
const SweepEnvironment = Tables.extend({
  AUTONOMY_PAYLOAD_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(PAYLOAD_RETENTION_DAYS.max)
    .default(PAYLOAD_RETENTION_DAYS.default),
});

export interface ApprovalsConfig {
  readonly tables: { readonly config: string; readonly ledger: string; readonly actions: string };
  readonly busName: string;
  readonly quarantineUrl: string;
  readonly intentSources: readonly string[];
}

export interface SweepConfig {
  readonly tables: { readonly ledger: string; readonly actions: string };
  readonly busName: string;
  readonly payloadRetentionDays: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Throws an error that names every missing or malformed variable. */
export function approvalsConfigFrom(environment: Variables): ApprovalsConfig {
  const sentence = "The environment of the approvals consumer is not usable.";
  const env = parseEnvironment(ApprovalsEnvironment, environment, sentence);
  return {
    tables: {
      config: env.AUTONOMY_CONFIG_TABLE_NAME,
      ledger: env.AUTONOMY_LEDGER_TABLE_NAME,
      actions: env.AUTONOMY_ACTIONS_TABLE_NAME,
    },
    busName: env.AUTONOMY_EVENT_BUS_NAME,
    quarantineUrl: env.AUTONOMY_QUARANTINE_QUEUE_URL,
    intentSources: env.AUTONOMY_INTENT_SOURCES,
  };
}

/** Throws an error that names every missing or malformed variable. */
export function sweepConfigFrom(environment: Variables): SweepConfig {
  const sentence = "The environment of the sweep is not usable.";
  const env = parseEnvironment(SweepEnvironment, environment, sentence);
  return {
    tables: { ledger: env.AUTONOMY_LEDGER_TABLE_NAME, actions: env.AUTONOMY_ACTIONS_TABLE_NAME },
    busName: env.AUTONOMY_EVENT_BUS_NAME,
    payloadRetentionDays: env.AUTONOMY_PAYLOAD_RETENTION_DAYS,
  };
}
