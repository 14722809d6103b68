import type { SQSRecord } from "aws-lambda";

export const SOURCES = ["cc-native.decision"];

/** An intent's data as Phase 3 publishes it. */
export function someData(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    action_intent_id: "ai_1769600000000_x7k2",
    tenant_id: "acme",
    account_id: "acct_42",
    action_type: "CREATE_INTERNAL_NOTE",
    confidence_score: 0.91,
    risk_level: "LOW",
    parameters: { text: "Renewal call moved to Friday" },
    ...more,
  };
}

interface BodyParts {
  readonly data?: unknown;
  readonly metadata?: unknown;
  /** In place of the event's own fields. */
  readonly event?: Readonly<Record<string, unknown>>;
}

/** The body that EventBridge's rule puts on the queue. */
export function aBody(parts: BodyParts = {}): string {
  return JSON.stringify({
    version: "0",
    id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "ActionIntentCreated",
    source: "cc-native.decision",
    account: "000000000000",
    time: "2026-11-22T09:30:00Z",
    region: "us-east-1",
    resources: [],
    detail: {
      metadata:
        "metadata" in parts
          ? parts.metadata
          : {
              event_id: "0192",
              schema_version: "1",
              occurred_at: "2026-11-22T09:30:00.000Z",
              trace_id: "trace-7",
            },
      data: "data" in parts ? parts.data : someData(),
    },
    ...parts.event,
  });
}

/** A message as Lambda hands it over: received for the first time, unless told otherwise. */
export function aRecord(messageId: string, body = aBody(), receiveCount = "1"): SQSRecord {
  return {
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: receiveCount,
      SentTimestamp: "1795339800000",
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: "1795339800000",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:intents",
    awsRegion: "us-east-1",
  };
}
