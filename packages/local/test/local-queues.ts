import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { startSqs } from "../src/sqs.ts";

export const account = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
};

/** An SQS of its own for one test, with the ordinary client on it. */
export async function startLocalQueues() {
  const sqs = await startSqs();
  const client = new SQSClient({ ...account, endpoint: sqs.endpoint });
  const closers: (() => Promise<void> | void)[] = [() => sqs.close(), () => client.destroy()];
  const url = (name: string) => `${sqs.endpoint}/000000000000/${name}`;
  return {
    endpoint: sqs.endpoint,
    client,
    url,
    /** Runs before what was there already closes. */
    onClose: (close: () => Promise<void> | void) => void closers.push(close),
    close: async () => {
      for (const close of closers.splice(0).reverse()) {
        await close();
      }
    },
    create: async (QueueName: string, visibilitySeconds = 30) => {
      const Attributes = { VisibilityTimeout: String(visibilitySeconds) };
      await client.send(new CreateQueueCommand({ QueueName, Attributes }));
    },
    send: async (queue: string, ...bodies: string[]) => {
      for (let from = 0; from < bodies.length; from += 10) {
        const Entries = bodies
          .slice(from, from + 10)
          .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
        await client.send(new SendMessageBatchCommand({ QueueUrl: url(queue), Entries }));
      }
    },
    /** Up to ten bodies that wait now, in order. */
    receive: async (queue: string) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: url(queue), MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body = "" }) => Body);
    },
    /** How many messages wait, and how many are in flight. */
    count: async (queue: string) => {
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url(queue), AttributeNames: ["All"] }),
      );
      return {
        waiting: Number(Attributes?.ApproximateNumberOfMessages),
        inFlight: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
      };
    },
  };
}

export type LocalQueues = Awaited<ReturnType<typeof startLocalQueues>>;
