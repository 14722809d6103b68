import { chunkBySize, systemClock } from "@autonomy-gate/core/adapters";
import { deadlineIn, refusal, refusalBy, sendUntilAccepted } from "@autonomy-gate/core/commit";
import type { Delivery } from "@autonomy-gate/core/ports";
import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Puts events into queues until each is accepted, within a bounded time. */

export interface QueuedMessage {
  readonly queueArn: string;
  readonly body: string;
  readonly groupId: string | undefined;
  /** Which entry of the request the message carries. */
  readonly entry: number;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH = { countMax: 10, bytesMax: 1_048_576 };
/** How long a batch that a queue refuses is sent again. */
const DELIVER_MS_MAX = 1_000;

const clock = systemClock();

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

type EntryRefusal = readonly [entry: number, reason: string];

/** Batch after batch: a queue receives the messages in their order. */
async function deliverToQueue(
  client: SQSClient,
  url: string,
  messages: readonly QueuedMessage[],
): Promise<EntryRefusal[]> {
  const refusals: EntryRefusal[] = [];
  for (const batch of chunkBySize(messages, ({ body }) => Buffer.byteLength(body), BATCH)) {
    const { refused } = await sendUntilAccepted(batch, (some) => sendOnce(client, url, some), {
      clock,
      deadline: deadlineIn(clock, DELIVER_MS_MAX),
    });
    for (const [{ entry }, { errorCode, message }] of refused) {
      refusals.push([entry, `${errorCode}: ${message}`]);
    }
  }
  return refusals;
}

/** One attempt for each message. Without a reply they may have arrived: a second copy is allowed. */
async function sendOnce(
  client: SQSClient,
  url: string,
  messages: readonly QueuedMessage[],
): Promise<Delivery[]> {
  const Entries = messages.map(({ body, groupId }, index) => ({
    Id: String(index),
    MessageBody: sendable(body),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
  }));
  try {
    const request = new SendMessageBatchCommand({ QueueUrl: url, Entries });
    const { Failed = [] } = await client.send(request);
    const failed = new Map(Failed.map((entry) => [entry.Id, entry]));
    return Entries.map(({ Id }) => {
      const { Code, Message, SenderFault } = failed.get(Id) ?? {};
      return Code === undefined ? { accepted: true } : refusal(Code, Message, SenderFault);
    });
  } catch (error) {
    return messages.map(() => refusalBy(error));
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
