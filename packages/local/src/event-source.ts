import { setTimeout as pause } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import * as z from "zod";
import {
  invoke,
  PAYLOAD_BYTES_MAX,
  recordBytes,
  type SqsHandler,
  withinPayload,
} from "./event-source/invoke.ts";
import { queueArn, type RecordSource, toRecord } from "./event-source/sqs-record.ts";

/**
 * Runs a Lambda function on an SQS queue as Lambda's event source mapping does: batches, a window
 * to fill them, several at a time, and partial failures left to the queue's visibility timeout.
 */

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
const Settings = z
  .object({
    /** Most messages a function gets at once. */
    batchSize: z.int().min(1).max(10_000).default(10),
    /** Seconds a batch may wait to fill, counted from its first message. */
    windowSeconds: z.int().min(0).max(300).default(0),
    /** Batches in work at the same time. */
    parallelBatches: z.int().min(1).max(1_000).default(1),
    /** Milliseconds the function has for a batch; it is given up after them. */
    timeoutMs: z.int().min(1).max(900_000).default(30_000),
    /** Seconds one poll waits for messages, and so the longest an idle `stop()` takes. */
    pollSeconds: z.int().min(1).max(20).default(1),
    functionName: z.string().min(1).default("local"),
  })
  .refine(({ batchSize, windowSeconds }) => batchSize <= 10 || windowSeconds >= 1, {
    path: ["windowSeconds"],
    error: "A batch size above 10 needs a window of at least 1 second",
  });

export type EventSourceSettings = z.input<typeof Settings>;

export interface EventSourceInput {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly region: string;
  readonly handler: SqsHandler;
  /** Hears of batches that failed as a whole and of polls that failed; the poller goes on. */
  readonly onFault?: (fault: unknown) => void;
}

export interface EventSource {
  start(): void;
  /** Finishes the batches in work, and every message already received; then nothing is in flight. */
  stop(): Promise<void>;
}

interface Source extends RecordSource, Omit<EventSourceInput, "onFault"> {
  readonly settings: z.output<typeof Settings>;
  readonly onFault: (fault: unknown) => void;
  readonly stopped: AbortSignal;
}

/** SQS gives and deletes at most this many messages a call. */
const CALL_MESSAGES_MAX = 10;
const FAULT_PAUSE_MS = 500;
const SHORT_POLL_PAUSE_MS = 50;

/** @throws ZodError when Lambda would refuse the settings */
export function createEventSource(
  input: EventSourceInput,
  settings: EventSourceSettings = {},
): EventSource {
  const parsed = Settings.parse(settings);
  const stop = new AbortController();
  const source: Source = {
    onFault: () => {},
    ...input,
    arn: queueArn(input.queueUrl, input.region),
    settings: parsed,
    stopped: stop.signal,
  };
  let workers: readonly Promise<void>[] = [];
  return {
    start: () => {
      if (workers.length === 0) {
        workers = Array.from({ length: parsed.parallelBatches }, () => work(source));
      }
    },
    stop: async () => {
      stop.abort();
      await Promise.all(workers);
    },
  };
}

async function work(source: Source): Promise<void> {
  while (!source.stopped.aborted) {
    try {
      for (const batch of withinPayload(await gather(source))) {
        await run(source, batch);
      }
    } catch (fault) {
      source.onFault(fault);
      await untilStopped(FAULT_PAUSE_MS, source.stopped);
    }
  }
}

/** One batch: what the first poll brings, and what joins it while the window is open. */
async function gather(source: Source): Promise<readonly SQSRecord[]> {
  const { batchSize, windowSeconds, pollSeconds } = source.settings;
  const records = await receive(source, batchSize, pollSeconds);
  const closesAt = performance.now() + windowSeconds * 1_000;
  let bytes = sizeOf(records);
  while (records.length > 0 && records.length < batchSize && bytes < PAYLOAD_BYTES_MAX) {
    const leftMs = closesAt - performance.now();
    if (leftMs <= 0 || source.stopped.aborted) {
      break;
    }
    const more = await receiveMore(source, batchSize - records.length, leftMs);
    bytes += sizeOf(more);
    records.push(...more);
  }
  return records;
}

/**
 * A poll that fails while a batch is being gathered closes the batch: what was received is worked
 * on, not forgotten in flight.
 */
async function receiveMore(source: Source, room: number, leftMs: number): Promise<SQSRecord[]> {
  try {
    const waitSeconds = Math.min(source.settings.pollSeconds, Math.floor(leftMs / 1_000));
    const records = await receive(source, room, waitSeconds);
    if (records.length === 0 && waitSeconds === 0) {
      await untilStopped(Math.min(leftMs, SHORT_POLL_PAUSE_MS), source.stopped);
    }
    return records;
  } catch (fault) {
    source.onFault(fault);
    await untilStopped(leftMs, source.stopped);
    return [];
  }
}

function sizeOf(records: readonly SQSRecord[]): number {
  return records.reduce((bytes, record) => bytes + recordBytes(record), 0);
}

/** Never aborted: an aborted long poll puts the next message in flight to nobody. */
async function receive(source: Source, room: number, waitSeconds: number): Promise<SQSRecord[]> {
  const { Messages = [] } = await source.client.send(
    new ReceiveMessageCommand({
      QueueUrl: source.queueUrl,
      MaxNumberOfMessages: Math.min(room, CALL_MESSAGES_MAX),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    }),
  );
  return Messages.map((message: Message) => toRecord(message, source));
}

async function run(source: Source, batch: readonly SQSRecord[]): Promise<void> {
  try {
    const failed = await invoke(source.handler, batch, {
      ...source.settings,
      region: source.region,
    });
    await remove(
      source,
      batch.filter(({ messageId }) => !failed.has(messageId)),
    );
  } catch (fault) {
    source.onFault(fault);
  }
}

/** A message that could not be deleted is delivered again, as on AWS. */
async function remove(source: Source, records: readonly SQSRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += CALL_MESSAGES_MAX) {
    const { Failed = [] } = await source.client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: source.queueUrl,
        Entries: records.slice(from, from + CALL_MESSAGES_MAX).map(({ receiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle: receiptHandle,
        })),
      }),
    );
    for (const { Code, Message } of Failed) {
      source.onFault(new Error(`A message could not be deleted: ${Code} ${Message}`));
    }
  }
}

async function untilStopped(milliseconds: number, stopped: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal: stopped }).catch(() => {});
}
