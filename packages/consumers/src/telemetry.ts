import type { GateSignals } from "@autonomy-gate/core/commit";
import type { DecisionRecord } from "@autonomy-gate/core/gate";
import type { IntentRef } from "@autonomy-gate/core/ids";
import type { Clock } from "@autonomy-gate/core/ports";
import { type GateMetric, METRICS } from "@autonomy-gate/core/topology";
import type { Logger } from "@aws-lambda-powertools/logger";
import { type Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { RefusedMessage } from "./event.ts";

/** An outcome that was accepted by the bus. */
export interface PublishedDecision {
  readonly record: Pick<DecisionRecord, "decision" | "reason">;
  /** Recorded by an earlier delivery; published once more. */
  readonly adopted: boolean;
  readonly occurredAtMs: number | undefined;
}

/** Told what the consumer did; nothing it does can change an answer. */
export interface Telemetry extends GateSignals {
  decided(decision: PublishedDecision): void;
  quarantined(message: RefusedMessage): void;
  /** A message, or an intent with all its messages, has to come again. */
  failed(what: { readonly messageId: string } | IntentRef, error: unknown): void;
  /** Ends a batch: writes what was gathered. */
  batch(counts: { readonly messages: number; readonly failures: number }): void;
}

/**
 * One structured log line a batch, one for each message that goes wrong, and metrics: decisions by
 * decision and reason, latency from publication, retries by operation and code, quarantined.
 * Ids and codes only; never an intent's parameters.
 */
export function powertoolsTelemetry(logger: Logger, metrics: Metrics, clock: Clock): Telemetry {
  const decisions = new Map<string, number>();
  const retries = new Map<string, number>();
  const latenciesMs: number[] = [];
  return {
    retried: (operation, code) => count(retries, `${operation} ${code}`),
    clockDiffers: (differenceMs) => {
      logger.error("clock differs from the service's", { differenceMs });
      const { name } = METRICS.clockDifference;
      metrics.addMetric(name, MetricUnit.Milliseconds, Math.abs(differenceMs));
    },
    decided: ({ record, adopted, occurredAtMs }) => {
      if (adopted) return count(decisions, "REPUBLISHED -");
      count(decisions, `${record.decision} ${record.reason}`);
      if (occurredAtMs !== undefined) latenciesMs.push(clock.epochMs() - occurredAtMs);
    },
    quarantined: ({ errorCode, errorDetail, record }) => {
      const { messageId } = record;
      logger.warn("message quarantined", { messageId, errorCode, errorDetail });
      addOne(metrics, METRICS.quarantined, { error_code: errorCode });
    },
    failed: (what, error) => {
      logger.error("not decided, to be retried", {
        ...namesOf(what),
        error: error instanceof Error ? error : new Error(String(error)),
      });
    },
    batch: ({ messages, failures }) => {
      for (const [key, value] of decisions) {
        const [decision = "", reason = ""] = key.split(" ");
        addOne(metrics, METRICS.decisions, { decision, reason }, value);
      }
      for (const [key, value] of retries) {
        const [operation = "", code = ""] = key.split(" ");
        addOne(metrics, METRICS.retries, { operation, code }, value);
      }
      for (const latencyMs of latenciesMs) {
        metrics.addMetric(METRICS.decisionLatency.name, MetricUnit.Milliseconds, latencyMs);
      }
      metrics.addMetric(METRICS.messageFailures.name, MetricUnit.Count, failures);
      metrics.publishStoredMetrics();
      logger.info("batch consumed", {
        messages,
        failures,
        decisions: Object.fromEntries(decisions),
        retries: Object.fromEntries(retries),
      });
      decisions.clear();
      retries.clear();
      latenciesMs.length = 0;
    },
  };
}

/** The ids alone: an intent's other fields do not belong in a log. */
function namesOf(what: Parameters<Telemetry["failed"]>[0]): Record<string, string> {
  if ("messageId" in what) return { messageId: what.messageId };
  const { tenant_id, account_id, action_intent_id } = what;
  return { tenant_id, account_id, action_intent_id };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A metric with dimensions of its own stands in a line of its own. */
function addOne<M extends GateMetric>(
  metrics: Metrics,
  { name }: M,
  dimensions: Record<M["dimensions"][number], string>,
  value = 1,
): void {
  const single = metrics.singleMetric();
  single.addDimensions(dimensions);
  single.addMetric(name, MetricUnit.Count, value);
}
