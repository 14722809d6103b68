import {
  DEFAULT_INTENT_SOURCES,
  INTENT_DETAIL_TYPE,
  OUTCOME_DETAIL_TYPE,
  OUTCOME_SOURCE,
} from "./contract.ts";

/** What is deployed, as data: read by `stacks/` and by `packages/local` alike, so what is tested is what is deployed. */

/** An EventBridge rule pattern on source and detail-type. */
export interface RulePattern {
  readonly source: readonly string[];
  readonly "detail-type": readonly string[];
}

/** Selects the intents that reach the gate's queue. */
export function intentRulePattern(
  sources: readonly string[] = DEFAULT_INTENT_SOURCES,
): RulePattern {
  return { source: sources, "detail-type": [INTENT_DETAIL_TYPE] };
}

/** Selects every outcome, for subscribers. */
export const OUTCOME_RULE_PATTERN: RulePattern = {
  source: [OUTCOME_SOURCE],
  "detail-type": Object.values(OUTCOME_DETAIL_TYPE),
};

const DAY_SECONDS = 86_400;

/** Time the consumer function may take for one batch, seconds. */
export const CONSUMER_TIMEOUT_SECONDS = 30;

export const QUEUES = {
  /** Visibility is six times the function's timeout, as AWS advises for SQS event sources. */
  intents: {
    visibilityTimeoutSeconds: 6 * CONSUMER_TIMEOUT_SECONDS,
    messageRetentionSeconds: 14 * DAY_SECONDS,
    maxReceiveCount: 5,
  },
  intentsDlq: { visibilityTimeoutSeconds: 30, messageRetentionSeconds: 14 * DAY_SECONDS },
  quarantine: { visibilityTimeoutSeconds: 30, messageRetentionSeconds: 14 * DAY_SECONDS },
} as const;

/** How Lambda hands messages to the consumer. A size above 10 needs a window of at least 1 s. */
export const BATCH = {
  standard: { size: 10, windowSeconds: 0 },
  throughput: { size: 50, windowSeconds: 1 },
} as const;

/** Name of the index that lists decisions newest first. */
export const DECISIONS_INDEX = "decisions_by_time";

/** A DynamoDB table: string keys `pk` and `sk`, on demand, point-in-time recovery. */
export interface TableTopology {
  /** Attribute that holds an expiry in epoch seconds, where items expire at all. */
  readonly ttlAttribute?: string;
  readonly indexes?: readonly {
    readonly name: string;
    readonly partitionKey: string;
    readonly sortKey: string;
    /** Non-key attributes the index carries. */
    readonly include: readonly string[];
  }[];
}

export const TABLES = {
  config: {},
  budgetState: { ttlAttribute: "ttl" },
  ledger: {
    indexes: [
      {
        name: DECISIONS_INDEX,
        partitionKey: "list_pk",
        sortKey: "list_sk",
        include: ["decision", "reason"],
      },
    ],
  },
} as const satisfies Record<string, TableTopology>;
