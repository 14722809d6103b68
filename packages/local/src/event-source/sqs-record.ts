import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSMessageAttribute, SQSRecord } from "aws-lambda";
import * as z from "zod";

/** A received message as Lambda hands it to a function. */

/** Where the messages come from. */
export interface RecordSource {
  readonly arn: string;
  readonly region: string;
}

const Received = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  MD5OfMessageAttributes: z.string().optional(),
  Attributes: z.looseObject({
    ApproximateReceiveCount: z.string(),
    SentTimestamp: z.string(),
    SenderId: z.string(),
    ApproximateFirstReceiveTimestamp: z.string(),
  }),
});

export function toRecord(message: Message, { arn, region }: RecordSource): SQSRecord {
  const received = Received.parse(message);
  return {
    messageId: received.MessageId,
    receiptHandle: received.ReceiptHandle,
    body: received.Body,
    attributes: received.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, attribute]) => [
        name,
        toAttribute(attribute),
      ]),
    ),
    ...(received.MD5OfMessageAttributes !== undefined && {
      md5OfMessageAttributes: received.MD5OfMessageAttributes,
    }),
    md5OfBody: received.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: region,
  };
}

function toAttribute(attribute: MessageAttributeValue): SQSMessageAttribute {
  return {
    ...(attribute.StringValue !== undefined && { stringValue: attribute.StringValue }),
    ...(attribute.BinaryValue !== undefined && {
      binaryValue: Buffer.from(attribute.BinaryValue).toString("base64"),
    }),
    stringListValues: [],
    binaryListValues: [],
    dataType: attribute.DataType ?? "String",
  };
}

/** `arn:aws:sqs:<region>:<account>:<name>`, read from the queue's URL. */
export function queueArn(queueUrl: string, region: string): string {
  const [account, name] = new URL(queueUrl).pathname.split("/").slice(-2);
  return `arn:aws:sqs:${region}:${account}:${name}`;
}
