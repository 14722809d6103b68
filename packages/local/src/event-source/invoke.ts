import { randomUUID } from "node:crypto";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { BatchFailedError, failedMessageIds } from "./batch-response.ts";

/** A Lambda function for SQS. */
export type SqsHandler = (
  event: SQSEvent,
  context: Context,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler without partial failures returns nothing at all.
) => Promise<SQSBatchResponse | null | void>;

export interface FunctionSettings {
  readonly functionName: string;
  readonly region: string;
  /** Milliseconds until the batch is given up. */
  readonly timeoutMs: number;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;

const ENVELOPE_BYTES = Buffer.byteLength('{"Records":[]}');

/** Splits a batch so that each event stays within Lambda's payload, in order, none empty. */
export function withinPayload(
  records: readonly SQSRecord[],
  bytesMax = PAYLOAD_BYTES_MAX,
): readonly (readonly SQSRecord[])[] {
  const batches: SQSRecord[][] = [];
  let room = 0;
  for (const record of records) {
    const bytes = recordBytes(record);
    const batch = batches.at(-1);
    if (batch === undefined || bytes > room) {
      batches.push([record]);
      room = bytesMax - ENVELOPE_BYTES - bytes;
    } else {
      batch.push(record);
      room -= bytes;
    }
  }
  return batches;
}

/** A record's share of the payload, its comma included. */
export function recordBytes(record: SQSRecord): number {
  return Buffer.byteLength(JSON.stringify(record)) + 1;
}

/**
 * Runs the function once.
 * @returns the ids of the messages that failed
 * @throws whatever the function threw, or BatchFailedError when the batch failed as a whole
 */
export async function invoke(
  handler: SqsHandler,
  records: readonly SQSRecord[],
  settings: FunctionSettings,
): Promise<ReadonlySet<string>> {
  const messageIds = new Set(records.map(({ messageId }) => messageId));
  const event: SQSEvent = structuredClone({ Records: [...records] });
  const response = await withinTime(
    // An async function, for a handler may also throw before its first await.
    (async () => handler(event, contextFor(settings)))(),
    settings.timeoutMs,
  );
  return failedMessageIds(response, messageIds);
}

/** What the handler does after its time is up is nobody's: its result and its failure are dropped. */
async function withinTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  const timedOut = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timedOut.reject(new BatchFailedError(`The function took longer than ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    return await Promise.race([work, timedOut.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function contextFor({ functionName, region, timeoutMs }: FunctionSettings): Context {
  const deadline = performance.now() + timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${region}:000000000000:function:${functionName}`,
    memoryLimitInMB: "1024",
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
    done: refuseCallback,
    fail: refuseCallback,
    succeed: refuseCallback,
  };
}

function refuseCallback(): never {
  throw new TypeError("Return a promise: Lambda dropped this way of answering with Node.js 0.10");
}
