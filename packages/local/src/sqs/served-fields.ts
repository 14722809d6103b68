import * as z from "zod";
import { SqsError } from "./sqs-error.ts";

/** fauxqs passes over what it does not know: refused here by name, so that nothing is dropped. */

const Body = z.record(z.string(), z.unknown());
const Entries = z.array(Body);

const MESSAGE = [
  ...["MessageBody", "DelaySeconds", "MessageAttributes"],
  ...["MessageDeduplicationId", "MessageGroupId"],
];

/** The fields of each operation of fauxqs, but for `QueueUrl`, which all but a few have. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  CreateQueue: ["QueueName", "Attributes", "tags"],
  DeleteQueue: [],
  GetQueueUrl: ["QueueName"],
  ListQueues: ["QueueNamePrefix", "MaxResults", "NextToken"],
  GetQueueAttributes: ["AttributeNames"],
  SetQueueAttributes: ["Attributes"],
  PurgeQueue: [],
  SendMessage: MESSAGE,
  SendMessageBatch: ["Entries"],
  ReceiveMessage: [
    ...["AttributeNames", "MessageSystemAttributeNames", "MessageAttributeNames"],
    ...["MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds"],
  ],
  DeleteMessage: ["ReceiptHandle"],
  DeleteMessageBatch: ["Entries"],
  ChangeMessageVisibility: ["ReceiptHandle", "VisibilityTimeout"],
  ChangeMessageVisibilityBatch: ["Entries"],
  TagQueue: ["Tags"],
  UntagQueue: ["TagKeys"],
  ListQueueTags: [],
};

const ENTRY_FIELDS: Readonly<Record<string, readonly string[]>> = {
  SendMessageBatch: ["Id", ...MESSAGE],
  DeleteMessageBatch: ["Id", "ReceiptHandle"],
  ChangeMessageVisibilityBatch: ["Id", "ReceiptHandle", "VisibilityTimeout"],
};

/** `SetQueueAttributes` refuses others by itself, `CreateQueue` would keep them without effect. */
const QUEUE_ATTRIBUTES = [
  ...["VisibilityTimeout", "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod"],
  ...["ReceiveMessageWaitTimeSeconds", "RedrivePolicy", "RedriveAllowPolicy", "Policy"],
  ...["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"],
  ...["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"],
];

/** Throws for a request with a field that this stand-in does not serve. An unknown operation passes. */
export function refuseUnserved(operation: string, request: unknown): void {
  const fields = FIELDS[operation];
  const body = Body.safeParse(request).data;
  if (fields === undefined || body === undefined) return;
  const entryFields = ENTRY_FIELDS[operation] ?? [];
  const entries = Entries.safeParse(body.Entries).data ?? [];
  const attributes = Body.safeParse(body.Attributes).data ?? {};
  const unserved = [
    ...others(body, ["QueueUrl", ...fields]),
    ...entries.flatMap((entry) => others(entry, entryFields)),
    ...(operation === "CreateQueue" ? others(attributes, QUEUE_ATTRIBUTES) : []),
  ];
  if (unserved.length === 0) return;
  throw new SqsError(
    "UnsupportedOperation",
    `This stand-in does not serve ${[...new Set(unserved)].join(", ")} of ${operation}.`,
  );
}

function others(object: object, known: readonly string[]): readonly string[] {
  return Object.keys(object).filter((name) => !known.includes(name));
}
