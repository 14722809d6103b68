import {
  CLOSING_DETAIL_TYPE,
  DEFAULT_INTENT_SOURCES,
  INTENT_DETAIL_TYPE,
  INTENT_WITHDRAWN_DETAIL_TYPE,
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

/** Selects what opens approvals, and what withdraws them: rules of the approvals queue. */
export function approvalRulePatterns(
  sources: readonly string[] = DEFAULT_INTENT_SOURCES,
): readonly RulePattern[] {
  return [
    { source: [OUTCOME_SOURCE], "detail-type": [OUTCOME_DETAIL_TYPE.REQUIRE_APPROVAL] },
    { source: sources, "detail-type": [INTENT_WITHDRAWN_DETAIL_TYPE] },
  ];
}

/** Selects the five closings of approvals, for subscribers. */
export const CLOSING_RULE_PATTERN: RulePattern = {
  source: [OUTCOME_SOURCE],
  "detail-type": Object.values(CLOSING_DETAIL_TYPE),
};

/** The fields of the older `ACTION_APPROVED`, named in an outcome as they are there. */
const ACTION_APPROVED_FIELDS = [
  "action_intent_id",
  "tenant_id",
  "account_id",
  "approval_source",
  "auto_executed",
] as const;

/**
 * An approval's detail in the shape of `ACTION_APPROVED`, as an input transformer.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export const ACTION_APPROVED_DETAIL = {
  inputPaths: Object.fromEntries(
    ACTION_APPROVED_FIELDS.map((field) => [field, `$.detail.data.${field}`]),
  ),
  inputTemplate: `{"data":{${ACTION_APPROVED_FIELDS.map((field) => `"${field}":<${field}>`).join()}}}`,
} as const;

/**
 * The whole event for systems that wait for `ACTION_APPROVED` of `cc-native`: it reads like an event
 * of that source.
 */
export const ACTION_APPROVED_EVENT = {
  inputPaths: { id: "$.id", time: "$.time", ...ACTION_APPROVED_DETAIL.inputPaths },
  inputTemplate: `{"id":<id>,"time":<time>,"source":"cc-native","detail-type":"ACTION_APPROVED","detail":${ACTION_APPROVED_DETAIL.inputTemplate}}`,
} as const;

const DAY_SECONDS = 86_400;

/** Time the consumer function may take for one batch, seconds. */
export const CONSUMER_TIMEOUT_SECONDS = 30;

/** The consumer function. 1,024 MB is a little more than half a processor of arm64. */
export const CONSUMER = {
  memoryMegabytes: 1_024,
  /**
   * Batches in work at the same time unless the settings say otherwise; the rest waits in the queue.
   * Half of what a new account may run at once: the kill switch has to find room beside a burst.
   */
  concurrencyMax: 5,
} as const;

/** The sweep of approvals: how often it runs on AWS, and how long one run may take. */
export const SWEEP = { everySeconds: 60, timeoutSeconds: 50, memoryMegabytes: 1_024 } as const;

/** How long an approval's payload is kept after its closing was told, days. */
export const PAYLOAD_RETENTION_DAYS = { default: 90, max: 2_555 } as const;

/** The admin API: API Gateway gives up on a request after 30 s. */
export const ADMIN = { timeoutSeconds: 29, memoryMegabytes: 1_024 } as const;

/** Requests of all callers together; beyond them API Gateway answers 429. */
export interface RequestLimit {
  readonly perSecondMax: number;
  readonly burstMax: number;
}

/** Each route named here has a limit to itself, so that a flood on another does not reach it. */
export const REQUEST_LIMITS = {
  /** What is not named, together. */
  other: { perSecondMax: 50, burstMax: 100 },
  /**
   * People and scripts that stop everything are few. The limit is as high as their own authorizer
   * carries: a flood without a credential is refused there, and should not cause 429 for them.
   */
  killSwitch: { perSecondMax: 200, burstMax: 400 },
  /** Each route that asks for no credential. */
  open: { perSecondMax: 20, burstMax: 40 },
} as const satisfies Record<string, RequestLimit>;

/** Where CloudWatch keeps the gate's own metrics. */
export const METRICS_NAMESPACE = "AutonomyGate";

/** A metric of the gate's own. Each has the dimension `service` as well. */
export interface GateMetric {
  readonly name: string;
  readonly dimensions: readonly string[];
}

/** Written by the consumer; alarms and dashboard look for the same names. */
export const METRICS = {
  decisions: { name: "Decisions", dimensions: ["decision", "reason"] },
  /** Milliseconds from an intent's publication to its accepted outcome. */
  decisionLatency: { name: "DecisionLatency", dimensions: [] },
  /** What was tried again, by operation and by the fault's code. */
  retries: { name: "Retries", dimensions: ["operation", "code"] },
  /** Milliseconds between a consumer's clock and AWS's, where they are too far apart. */
  clockDifference: { name: "ClockDifference", dimensions: [] },
  quarantined: { name: "Quarantined", dimensions: ["error_code"] },
  /** Messages that have to come again. */
  messageFailures: { name: "MessageFailures", dimensions: [] },
} as const satisfies Record<string, GateMetric>;

/** What the alarms of a production stage compare with. */
export const ALARM_LIMITS = {
  /** A healthy queue is emptied within seconds; deliveries go to the dead letters after 15 minutes. */
  oldestIntentSeconds: 300,
  /** Conflicts of parallel commits that were tried again, per 5 minutes. */
  conflictsPerPeriod: 100,
  periodSeconds: 300,
} as const;

/**
 * Bytes of one message in any queue, attributes included: the most that SQS takes. An event may have
 * 1 MB, and what one queue took has to fit into the next, dead letters and quarantine among them.
 * Said wherever a queue is made, for a provider's own default may be 262,144.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const MESSAGE_BYTES_MAX = 1_048_576;

export const QUEUES = {
  /** Visibility is six times the function's timeout, as AWS advises for SQS event sources. */
  intents: {
    visibilityTimeoutSeconds: 6 * CONSUMER_TIMEOUT_SECONDS,
    messageRetentionSeconds: 14 * DAY_SECONDS,
    maxReceiveCount: 5,
  },
  intentsDlq: { visibilityTimeoutSeconds: 30, messageRetentionSeconds: 14 * DAY_SECONDS },
  quarantine: { visibilityTimeoutSeconds: 30, messageRetentionSeconds: 14 * DAY_SECONDS },
  /** As the intents' queue: what opens and withdraws approvals. */
  approvals: {
    visibilityTimeoutSeconds: 6 * CONSUMER_TIMEOUT_SECONDS,
    messageRetentionSeconds: 14 * DAY_SECONDS,
    maxReceiveCount: 5,
  },
  approvalsDlq: { visibilityTimeoutSeconds: 30, messageRetentionSeconds: 14 * DAY_SECONDS },
  /** A subscriber's own queue; its dead letters keep as long. */
  subscriber: {
    visibilityTimeoutSeconds: 180,
    messageRetentionSeconds: 14 * DAY_SECONDS,
    maxReceiveCount: 5,
  },
} as const;

/** How Lambda hands messages to the consumer. A size above 10 needs a window of at least 1 s. */
export const BATCH = {
  standard: { size: 10, windowSeconds: 0 },
  throughput: { size: 50, windowSeconds: 1 },
} as const;

/** Partition of the config table that holds the digests of API keys: the roles' permissions name it. */
export const API_KEY_PARTITION = "API_KEY";

/** Name of the index that lists decisions newest first. */
export const DECISIONS_INDEX = "decisions_by_time";

/** Index of open work after the decision, over all tenants, by the time it is due. */
export const DUE_INDEX = "actions_by_due_time";

/** Index that lists a tenant's actions of one state: open ones by their end, closed ones by theirs. */
export const ACTIONS_INDEX = "actions_by_state";

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
        sortKey: "decided_at",
        include: ["decision", "reason"],
      },
    ],
  },
  actions: {
    ttlAttribute: "ttl",
    indexes: [
      { name: DUE_INDEX, partitionKey: "due_pk", sortKey: "due_at", include: ["state"] },
      {
        name: ACTIONS_INDEX,
        partitionKey: "list_pk",
        sortKey: "list_at",
        include: ["action_type", "reason"],
      },
    ],
  },
} as const satisfies Record<string, TableTopology>;
