import { randomUUID } from "node:crypto";
import type { Context, SQSEvent, SQSRecord } from "aws-lambda";

/** How the intents of a run spread over accounts. */
export type Spread = "one-account" | "all-different";

/** What the gate makes of the intents of a run. */
export type Kind = "automatic" | "held" | "spent";

export const TENANT = "acme";

/** Action types of the built-in catalogue: LOW runs by itself, MEDIUM is held. */
const ACTION_TYPE = {
  automatic: "CREATE_INTERNAL_NOTE",
  held: "UPDATE_OPPORTUNITY_STAGE",
  spent: "CREATE_INTERNAL_NOTE",
} as const satisfies Record<Kind, string>;

/** Accounts whose budget is spent before a run begins. */
export function spentAccountName(index: number): string {
  return `full_${String(index).padStart(3, "0")}`;
}

/** Accounts with a budget that no run reaches. */
export function accountName(index: number): string {
  return `acct_${String(index).padStart(3, "0")}`;
}

/** A batch of new intents, shaped as Phase 3 publishes them, as SQS hands them to Lambda. */
export function batchOf(size: number, kind: Kind, accountOf: (index: number) => string): SQSEvent {
  const Records = Array.from({ length: size }, (_, index) => recordOf(kind, accountOf(index)));
  return { Records };
}

/** Whose intents a batch holds. */
export function accountsOf(kind: Kind, spread: Spread): (index: number) => string {
  const name = kind === "spent" ? spentAccountName : accountName;
  return (index) => name(spread === "one-account" ? 0 : index);
}

/** The same message once more, as SQS delivers it again. */
export function redelivered(event: SQSEvent, receiveCount: number): SQSEvent {
  return {
    Records: event.Records.map((record) => ({
      ...record,
      attributes: { ...record.attributes, ApproximateReceiveCount: String(receiveCount) },
    })),
  };
}

let intents = 0;

function recordOf(kind: Kind, account: string): SQSRecord {
  intents += 1;
  const now = new Date();
  const event = {
    version: "0",
    id: randomUUID(),
    "detail-type": "ActionIntentCreated",
    source: "cc-native.decision",
    account: "000000000000",
    time: now.toISOString(),
    region: "us-east-1",
    resources: [],
    detail: {
      metadata: {
        event_id: randomUUID(),
        schema_version: "1",
        occurred_at: now.toISOString(),
        trace_id: "trace-7",
      },
      data: {
        action_intent_id: `ai_${now.getTime()}_${intents.toString(36).padStart(4, "0")}`,
        tenant_id: TENANT,
        account_id: account,
        action_type: ACTION_TYPE[kind],
        confidence_score: 0.91,
        risk_level: "LOW",
        lifecycle_state: "ACTIVE",
        target: { entity_type: "ACCOUNT", entity_id: account },
        parameters: { text: "Renewal call moved to Friday" },
        expires_at: new Date(now.getTime() + 30 * 86_400_000).toISOString(),
      },
    },
  };
  return sqsRecord(JSON.stringify(event));
}

function sqsRecord(body: string): SQSRecord {
  return {
    messageId: randomUUID(),
    receiptHandle: randomUUID(),
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: String(Date.now()),
      SenderId: "bench",
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:intents",
    awsRegion: "us-east-1",
  };
}

/** What Lambda hands over beside the event. */
export function lambdaContext(remainingMs = 30_000): Context {
  const endsAtMs = performance.now() + remainingMs;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: "bench",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:bench",
    memoryLimitInMB: "1024",
    awsRequestId: randomUUID(),
    logGroupName: "bench",
    logStreamName: "bench",
    getRemainingTimeInMillis: () => endsAtMs - performance.now(),
    done: unused,
    fail: unused,
    succeed: unused,
  };
}

function unused(): never {
  throw new TypeError("Neither side answers by callbacks.");
}
