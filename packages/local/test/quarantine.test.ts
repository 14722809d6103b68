import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { connect } from "../src/clients.ts";
import { startConsumer } from "../src/consumer.ts";
import { startStack } from "../src/stack.ts";

test("a message of any characters that SQS takes ends in quarantine, its body as received", async () => {
  const stack = await startStack({ ports: { dynamodb: 0, sqs: 0, events: 0, admin: 0 } });
  const { intents, quarantine } = stack.description.sqs.queues;
  const { sqs, destroy } = connect(stack.description);
  const faults: unknown[] = [];
  const settings = { clockOffsetSeconds: 0 };
  const consumer = startConsumer(stack.description, settings, (fault) => faults.push(fault));
  const MessageBody = '"not an event 😀 \u{10000}\u{10ffff}"';

  await sqs.send(new SendMessageCommand({ QueueUrl: intents, MessageBody }));
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: quarantine, WaitTimeSeconds: 10 }),
  );
  await consumer.stop();
  destroy();
  await stack.close();

  expect(Messages?.map(({ Body }) => Body)).toEqual([MessageBody]);
  expect(faults).toEqual([]);
});
