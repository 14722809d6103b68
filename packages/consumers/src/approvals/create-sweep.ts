import { createDynamoClient, dynamoTable, systemClock } from "@autonomy-gate/core/adapters";
import { deadlineIn, type Swept, sweep } from "@autonomy-gate/core/commit";
import type { Clock } from "@autonomy-gate/core/ports";
import { approvalStore } from "@autonomy-gate/core/store";
import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { REQUESTS } from "../clients.ts";
import type { SweepConfig } from "./config.ts";
import { openBus } from "./create-handler.ts";

/** One run of the sweep. Rejects when the index cannot be read; one approval's fault is logged. */
export type SweepHandler = (
  event: unknown,
  context: Pick<Context, "getRemainingTimeInMillis">,
) => Promise<Swept>;

/** Kept back from the time given, for what is under way. */
const RESERVE_MS = 5_000;

/**
 * Builds the sweep on AWS's clients.
 * @param serviceOffsetMs how far the clock is moved on purpose: as far as AWS's time is moved too
 */
export function createSweep(
  config: SweepConfig,
  clock: Clock = systemClock(),
  serviceOffsetMs = 0,
): SweepHandler {
  const logger = new Logger({ serviceName: "autonomy-gate-sweep" });
  const store = approvalStore(
    dynamoTable(createDynamoClient(REQUESTS), config.tables, serviceOffsetMs),
  );
  const bus = openBus(config.busName);
  const { payloadRetentionDays } = config;
  return async (_event, context) => {
    const retries = new Map<string, number>();
    const swept = await sweep({
      store,
      bus,
      clock,
      payloadRetentionDays,
      deadline: deadlineIn(clock, context.getRemainingTimeInMillis() - RESERVE_MS),
      signals: {
        retried: (operation, code) => {
          const key = `${operation} ${code}`;
          retries.set(key, (retries.get(key) ?? 0) + 1);
        },
        clockDiffers: (differenceMs) => logger.error("clock differs", { differenceMs }),
        failed: ({ tenant_id, account_id, action_intent_id }, error) => {
          logger.error("approval not swept, to be retried", {
            tenant_id,
            account_id,
            action_intent_id,
            error: error instanceof Error ? error : new Error(String(error)),
          });
        },
      },
    });
    logger.info("approvals swept", { ...swept, retries: Object.fromEntries(retries) });
    return swept;
  };
}
