import { randomUUID } from "node:crypto";
import type { SQSRecord } from "aws-lambda";

/** A message as Lambda hands it over. */
export function message(
  body: string,
  {
    messageId = randomUUID(),
    receiveCount = 1,
  }: { messageId?: string; receiveCount?: number } = {},
): SQSRecord {
  return {
    messageId,
    receiptHandle: messageId,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: "0",
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:intents",
    awsRegion: "us-east-1",
  };
}

/** The body of an event that carries data. */
export function eventBody(data: unknown): string {
  return JSON.stringify({
    version: "0",
    id: randomUUID(),
    source: "cc-native.decision",
    "detail-type": "ActionIntentCreated",
    detail: { metadata: { event_id: "ev-1", trace_id: "trace-7" }, data },
  });
}
