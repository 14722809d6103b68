import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { refusal, refusalBy } from "../../delivery/refusal.ts";
import type { Delivery, Quarantine, QuarantinedMessage } from "../../ports.ts";
import { MESSAGE_BYTES_MAX } from "../../topology.ts";
import { chunkBySize } from "../chunks.ts";

/** SQS's bound on one SendMessageBatch, which together may be as large as the largest message. */
const MESSAGES_PER_REQUEST_MAX = 10;
/** Room for a message's attributes, which count. */
const ATTRIBUTE_BYTES = 1024;

/**
 * Puts messages aside in an SQS queue, body as received, one attempt each. A body so long that it
 * leaves no room for the attributes is cut to fit: whole it would be refused for ever.
 */
export function sqsQuarantine(client: SQSClient, queueUrl: string): Quarantine {
  return {
    put: async (messages) => {
      const chunks = chunkBySize(messages, messageBytes, {
        countMax: MESSAGES_PER_REQUEST_MAX,
        bytesMax: MESSAGE_BYTES_MAX,
      });
      const deliveries = await Promise.all(
        chunks.map((chunk) => sendBatch(client, queueUrl, chunk)),
      );
      return deliveries.flat();
    },
  };
}

async function sendBatch(
  client: SQSClient,
  QueueUrl: string,
  messages: readonly QuarantinedMessage[],
): Promise<Delivery[]> {
  try {
    const Entries = messages.map(entryOf);
    const reply = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const sent = new Set(reply.Successful?.map(({ Id }) => Id));
    const failed = new Map(reply.Failed?.map((entry) => [entry.Id, entry]));
    return Entries.map(({ Id }) => {
      if (sent.has(Id)) return { accepted: true };
      const { Code = "NoResult", Message, SenderFault } = failed.get(Id) ?? {};
      return refusal(Code, Message, SenderFault);
    });
  } catch (error) {
    const refused = refusalBy(error);
    return messages.map(() => refused);
  }
}

function entryOf(message: QuarantinedMessage, index: number): SendMessageBatchRequestEntry {
  return {
    Id: String(index),
    MessageBody: fitting(message.body),
    MessageAttributes: {
      error_code: { DataType: "String", StringValue: message.errorCode },
      error_detail: { DataType: "String", StringValue: message.errorDetail },
    },
  };
}

const BODY_BYTES_MAX = MESSAGE_BYTES_MAX - ATTRIBUTE_BYTES;

function fitting(body: string): string {
  if (Buffer.byteLength(body) <= BODY_BYTES_MAX) return body;
  return Buffer.from(body).subarray(0, BODY_BYTES_MAX).toString();
}

function messageBytes({ body }: QuarantinedMessage): number {
  return Math.min(Buffer.byteLength(body), BODY_BYTES_MAX) + ATTRIBUTE_BYTES;
}
