import { setTimeout as pause } from "node:timers/promises";
import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Puts events into queues until each is accepted, a bounded number of times. */

export interface QueuedMessage {
  readonly queueArn: string;
  readonly body: string;
  readonly groupId: string | undefined;
  /** Which entry of the request the message carries. */
  readonly entry: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH_MESSAGES_MAX = 10;
const BATCH_BYTES_MAX = 1_048_576;
const ATTEMPTS_MAX = 5;
const FIRST_PAUSE_MS = 50;

/** @returns for each entry that some queue did not accept, why */
export async function deliver(
  client: SQSClient,
  endpoint: string,
  messages: readonly QueuedMessage[],
): Promise<ReadonlyMap<number, string>> {
  const byQueue = Map.groupBy(messages, ({ queueArn }) => queueArn);
  const refusals = await Promise.all(
    [...byQueue].map(async ([arn, ofQueue]) =>
      deliverToQueue(client, queueUrl(arn, endpoint), ofQueue),
    ),
  );
  return new Map(refusals.flat());
}

type Refusal = readonly [entry: number, reason: string];

async function deliverToQueue(
  client: SQSClient,
  url: string,
  messages: readonly QueuedMessage[],
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  for (const batch of batchesOf(messages)) {
    refusals.push(...(await sendUntilAccepted(client, url, batch)));
  }
  return refusals;
}

function batchesOf(messages: readonly QueuedMessage[]): readonly QueuedMessage[][] {
  const batches: QueuedMessage[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = Buffer.byteLength(message.body);
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === BATCH_MESSAGES_MAX || bytes > room) {
      batches.push([message]);
      room = BATCH_BYTES_MAX - bytes;
    } else {
      batch.push(message);
      room -= bytes;
    }
  }
  return batches;
}

async function sendUntilAccepted(
  client: SQSClient,
  url: string,
  batch: readonly QueuedMessage[],
): Promise<Refusal[]> {
  let pending = batch;
  let reasons: readonly string[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS_MAX && pending.length > 0; attempt += 1) {
    if (attempt > 1) {
      await pause(FIRST_PAUSE_MS * 2 ** (attempt - 2));
    }
    const failed = await sendOnce(client, url, pending);
    reasons = pending.flatMap((_message, index) => failed.get(index) ?? []);
    pending = pending.filter((_message, index) => failed.has(index));
  }
  return pending.map(({ entry }, index) => [entry, reasons[index] ?? "not accepted"]);
}

/** @returns by position in the batch, why a message was not accepted */
async function sendOnce(
  client: SQSClient,
  url: string,
  batch: readonly QueuedMessage[],
): Promise<ReadonlyMap<number, string>> {
  const Entries = batch.map(({ body, groupId }, index) => ({
    Id: String(index),
    MessageBody: sendable(body),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
  }));
  try {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries }),
    );
    return new Map(Failed.map(({ Id, Code, Message }) => [Number(Id), `${Code}: ${Message}`]));
  } catch (cause) {
    // Not known to be accepted: sent again, for twice is allowed and never is not.
    return new Map(batch.map((_message, index) => [index, String(cause)]));
  }
}

function queueUrl(arn: string, endpoint: string): string {
  const [account, name] = arn.split(":").slice(-2);
  return new URL(`/${account}/${name}`, endpoint).href;
}

/**
 * The SQS stand-in refuses characters beyond U+FFFD, which AWS takes from U+10000 on. JSON may spell
 * them in ASCII and mean the same.
 */
function sendable(body: string): string {
  if (!/[\ud800-\udfff]/.test(body) || !isJson(body)) return body;
  return body.replace(
    /[\ud800-\udfff]/g,
    (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
