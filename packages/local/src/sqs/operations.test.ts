import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type LocalQueues, startLocalQueues } from "../../test/local-queues.ts";

let queues: LocalQueues;

beforeEach(async () => {
  queues = await startLocalQueues();
  for (const name of ["intents", "dlq", "other"]) await queues.create(name);
  await setDeadLetters("intents");
});

afterEach(async () => queues.close());

async function setDeadLetters(queue: string) {
  const policy = { deadLetterTargetArn: arn("dlq"), maxReceiveCount: 5 };
  await queues.client.send(
    new SetQueueAttributesCommand({
      QueueUrl: queues.url(queue),
      Attributes: { RedrivePolicy: JSON.stringify(policy) },
    }),
  );
}

function arn(queue: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${queue}`;
}

async function newestTask() {
  const { Results = [] } = await queues.client.send(
    new ListMessageMoveTasksCommand({ SourceArn: arn("dlq"), MaxResults: 10 }),
  );
  return Results[0];
}

describe("moving dead letters", () => {
  test("OUT-16: takes every message to the queue it is told, attributes included", async () => {
    await queues.client.send(
      new SendMessageCommand({
        QueueUrl: queues.url("dlq"),
        MessageBody: "first",
        MessageAttributes: { kind: { DataType: "String", StringValue: "letter" } },
      }),
    );
    await queues.send("dlq", ...Array.from({ length: 250 }, (_, index) => `b${index}`));

    const { TaskHandle } = await queues.client.send(
      new StartMessageMoveTaskCommand({ SourceArn: arn("dlq"), DestinationArn: arn("other") }),
    );
    await vi.waitFor(async () => expect((await newestTask())?.Status).toBe("COMPLETED"));

    expect(TaskHandle).toEqual(expect.any(String));
    expect(await newestTask()).toMatchObject({
      SourceArn: arn("dlq"),
      DestinationArn: arn("other"),
      ApproximateNumberOfMessagesMoved: 251,
      ApproximateNumberOfMessagesToMove: 251,
    });
    expect(await queues.count("dlq")).toEqual({ waiting: 0, inFlight: 0 });
    expect(await queues.count("other")).toEqual({ waiting: 251, inFlight: 0 });
    const { Messages } = await queues.client.send(
      new ReceiveMessageCommand({ QueueUrl: queues.url("other"), MessageAttributeNames: ["All"] }),
    );
    expect(Messages?.[0]).toMatchObject({
      Body: "first",
      MessageAttributes: { kind: { StringValue: "letter" } },
    });
  });

  test("OUT-16: without a destination, goes back to the one queue they came from", async () => {
    await queues.send("dlq", "a");
    await queues.client.send(new StartMessageMoveTaskCommand({ SourceArn: arn("dlq") }));
    await vi.waitFor(async () => expect((await newestTask())?.Status).toBe("COMPLETED"));

    expect(await queues.receive("intents")).toEqual(["a"]);
  });

  test("OUT-16: moves no faster than it is told, one task at a time, until it is cancelled", async () => {
    await queues.send("dlq", "a", "b", "c");
    const slow = { SourceArn: arn("dlq"), MaxNumberOfMessagesPerSecond: 1 };
    const { TaskHandle } = await queues.client.send(new StartMessageMoveTaskCommand(slow));
    await vi.waitFor(async () =>
      expect((await newestTask())?.ApproximateNumberOfMessagesMoved).toBe(1),
    );

    await expect(queues.client.send(new StartMessageMoveTaskCommand(slow))).rejects.toMatchObject({
      name: "UnsupportedOperation",
    });
    const { ApproximateNumberOfMessagesMoved } = await queues.client.send(
      new CancelMessageMoveTaskCommand({ TaskHandle }),
    );
    expect(ApproximateNumberOfMessagesMoved).toBe(1);
    expect((await newestTask())?.Status).toBe("CANCELLED");
    expect(await queues.count("dlq")).toEqual({ waiting: 2, inFlight: 0 });
  });

  test.each([
    ["a queue that does not exist", { SourceArn: arn("none") }, "ResourceNotFoundException"],
    ["a queue of no dead letters", { SourceArn: arn("other") }, "InvalidParameterValue"],
    [
      "a destination that does not exist",
      { SourceArn: arn("dlq"), DestinationArn: arn("none") },
      "ResourceNotFoundException",
    ],
    [
      "a rate above the most",
      { SourceArn: arn("dlq"), MaxNumberOfMessagesPerSecond: 501 },
      "InvalidParameterValue",
    ],
  ])("OUT-16: is refused for %s", async (_, request, name) => {
    await expect(
      queues.client.send(new StartMessageMoveTaskCommand(request)),
    ).rejects.toMatchObject({ name });
  });

  test("OUT-16: is refused without a destination where it is not known which of two queues it was", async () => {
    await setDeadLetters("other");
    await expect(
      queues.client.send(new StartMessageMoveTaskCommand({ SourceArn: arn("dlq") })),
    ).rejects.toThrow("needs a DestinationArn");
  });
});

test("OUT-16: the queues of a dead-letter queue are listed, in pages", async () => {
  await setDeadLetters("other");
  const list = (NextToken?: string) =>
    queues.client.send(
      new ListDeadLetterSourceQueuesCommand({
        QueueUrl: queues.url("dlq"),
        MaxResults: 1,
        NextToken,
      }),
    );

  const first = await list();
  const second = await list(first.NextToken);

  expect(first.queueUrls).toEqual([queues.url("intents")]);
  expect(second.queueUrls).toEqual([queues.url("other")]);
  expect(second.NextToken).toBeUndefined();
});

test("OUT-16: a message's group is returned, of a queue that is not FIFO too", async () => {
  await queues.client.send(
    new SendMessageCommand({
      QueueUrl: queues.url("other"),
      MessageBody: "a",
      MessageGroupId: "acct_1",
    }),
  );
  await queues.client.send(
    new SendMessageBatchCommand({
      QueueUrl: queues.url("other"),
      Entries: [{ Id: "b", MessageBody: "b", MessageGroupId: "acct_2" }],
    }),
  );
  const { Messages = [] } = await queues.client.send(
    new ReceiveMessageCommand({
      QueueUrl: queues.url("other"),
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["MessageGroupId"],
    }),
  );
  expect(Messages.map(({ Attributes }) => Attributes?.MessageGroupId)).toEqual([
    "acct_1",
    "acct_2",
  ]);
});

test.each([
  ["the query protocol", "POST", "/", "application/x-www-form-urlencoded", "Action=ListQueues"],
  ["a bucket", "PUT", "/bucket", "application/xml", ""],
])("OUT-16: %s is refused by name", async (_, method, path, type, body) => {
  const reply = await fetch(queues.endpoint + path, {
    method,
    headers: { "content-type": type },
    body,
  });
  expect(reply.status).toBe(400);
  expect(await reply.text()).toContain("This stand-in speaks the JSON protocol of SQS");
});

test("OUT-5: what is older than a queue keeps is gone", async () => {
  await queues.send("other", "old");
  await queues.client.send(
    new SetQueueAttributesCommand({
      QueueUrl: queues.url("other"),
      Attributes: { MessageRetentionPeriod: "60" },
    }),
  );
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
  try {
    const { Attributes } = await queues.client.send(
      new GetQueueAttributesCommand({ QueueUrl: queues.url("other"), AttributeNames: ["All"] }),
    );
    expect(Attributes?.ApproximateNumberOfMessages).toBe("0");
  } finally {
    vi.useRealTimers();
  }
});

const TRACE = { DataType: "String", StringValue: "t" } as const;

test.each([
  [
    "SendMessage",
    "MessageSystemAttributes",
    () =>
      queues.client.send(
        new SendMessageCommand({
          QueueUrl: queues.url("other"),
          MessageBody: "a",
          MessageSystemAttributes: { AWSTraceHeader: TRACE },
        }),
      ),
  ],
  [
    "SendMessageBatch",
    "MessageSystemAttributes",
    () =>
      queues.client.send(
        new SendMessageBatchCommand({
          QueueUrl: queues.url("other"),
          Entries: [
            { Id: "a", MessageBody: "a", MessageSystemAttributes: { AWSTraceHeader: TRACE } },
          ],
        }),
      ),
  ],
  [
    "ReceiveMessage",
    "ReceiveRequestAttemptId",
    () =>
      queues.client.send(
        new ReceiveMessageCommand({ QueueUrl: queues.url("other"), ReceiveRequestAttemptId: "a" }),
      ),
  ],
])("OUT-16: a field that is not served is refused by name: %s", async (operation, field, send) => {
  await expect(send()).rejects.toThrow(`This stand-in does not serve ${field} of ${operation}.`);
  expect(await queues.count("other")).toEqual({ waiting: 0, inFlight: 0 });
});

test("OUT-16: so is an attribute of a queue that SQS has not", async () => {
  const Attributes = JSON.parse('{"Colour":"red"}');
  await expect(
    queues.client.send(new CreateQueueCommand({ QueueName: "red", Attributes })),
  ).rejects.toThrow("This stand-in does not serve Colour of CreateQueue.");
});
