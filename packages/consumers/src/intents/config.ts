import { DEFAULT_INTENT_SOURCES } from "@autonomy-gate/core/contract";
import { CommaList, parseEnvironment } from "@autonomy-gate/core/values";
import * as z from "zod";

/** Sources whose intents are accepted. An empty name is none: it would accept events without one. */
export const IntentSources = CommaList.prefault(DEFAULT_INTENT_SOURCES.join(",")).refine(
  (sources) => sources.length > 0,
  "must name at least one source",
);

/** The consumer's environment, parsed once at the cold start. */
const Environment = z.object({
  AUTONOMY_CONFIG_TABLE_NAME: z.string().min(1),
  AUTONOMY_BUDGET_STATE_TABLE_NAME: z.string().min(1),
  AUTONOMY_LEDGER_TABLE_NAME: z.string().min(1),
  AUTONOMY_EVENT_BUS_NAME: z.string().min(1),
  AUTONOMY_QUARANTINE_QUEUE_URL: z.url(),
  AUTONOMY_INTENT_SOURCES: IntentSources,
});

export interface ConsumerConfig {
  readonly tables: {
    readonly config: string;
    readonly budgetState: string;
    readonly ledger: string;
  };
  readonly busName: string;
  readonly quarantineUrl: string;
  readonly intentSources: readonly string[];
}

/** Throws an error that names every missing or malformed variable. */
export function consumerConfigFrom(
  environment: Readonly<Record<string, string | undefined>>,
): ConsumerConfig {
  const env = parseEnvironment(
    Environment,
    environment,
    "The consumer's environment is not usable.",
  );
  return {
    tables: {
      config: env.AUTONOMY_CONFIG_TABLE_NAME,
      budgetState: env.AUTONOMY_BUDGET_STATE_TABLE_NAME,
      ledger: env.AUTONOMY_LEDGER_TABLE_NAME,
    },
    busName: env.AUTONOMY_EVENT_BUS_NAME,
    quarantineUrl: env.AUTONOMY_QUARANTINE_QUEUE_URL,
    intentSources: env.AUTONOMY_INTENT_SOURCES,
  };
}
