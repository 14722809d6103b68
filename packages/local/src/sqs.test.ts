import { MESSAGE_BYTES_MAX, QUEUES } from "@autonomy-gate/core/topology";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OTHER_LOOPBACKS, reachableAt } from "../test/reachable.ts";
import { createQueues, type LocalSqs, startSqs } from "./sqs.ts";

const account = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
};

let sqs: LocalSqs;
let client: SQSClient;

beforeEach(async () => {
  sqs = await startSqs();
  client = new SQSClient({ ...account, endpoint: sqs.endpoint });
});

afterEach(async () => {
  client.destroy();
  await sqs.close();
  delete process.env.AWS_ENDPOINT_URL_SQS;
});

async function attributesOf(QueueUrl: string) {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
  );
  return Attributes ?? {};
}

async function roundTrip(through: SQSClient, QueueUrl: string): Promise<string | undefined> {
  await through.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
  const { Messages } = await through.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }),
  );
  through.destroy();
  return Messages?.[0]?.Body;
}

describe("startSqs", () => {
  it("listens on 127.0.0.1 only", async () => {
    expect(await reachableAt("127.0.0.1", sqs.endpoint)).toBe(true);
    for (const host of OTHER_LOOPBACKS) {
      expect(await reachableAt(host, sqs.endpoint), host).toBe(false);
    }
  });

  it("names every queue under its own address, whichever call asks", async () => {
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "q" }));

    expect(QueueUrl).toBe(`${sqs.endpoint}/000000000000/q`);
    expect((await client.send(new GetQueueUrlCommand({ QueueName: "q" }))).QueueUrl).toBe(QueueUrl);
    expect((await client.send(new ListQueuesCommand({}))).QueueUrls).toEqual([QueueUrl]);
  });

  it("serves a client that knows only AWS_ENDPOINT_URL_SQS", async () => {
    const { quarantine } = await createQueues(client);
    process.env.AWS_ENDPOINT_URL_SQS = sqs.endpoint;

    expect(await roundTrip(new SQSClient(account), quarantine)).toBe("hello");
  });

  it("serves a client that knows only the queue's URL", async () => {
    const { quarantine } = await createQueues(client);

    expect(await roundTrip(new SQSClient(account), quarantine)).toBe("hello");
  });

  it.each(["\t\n\r ~", "\ud7ff\ue000\ufffd", "\u{10000}😀\u{10ffff}"])(
    "takes the characters that SQS takes: %j",
    async (MessageBody) => {
      const { quarantine: QueueUrl } = await createQueues(client);
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));

      const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));

      expect(Messages?.map(({ Body }) => Body)).toEqual([MessageBody]);
    },
  );

  it.each(["\u0000", "\u001f", "\ud83d", "\ude00", "\ufffe"])(
    "refuses a character that SQS refuses: %j",
    async (MessageBody) => {
      const { quarantine: QueueUrl } = await createQueues(client);

      await expect(client.send(new SendMessageCommand({ QueueUrl, MessageBody }))).rejects.toThrow(
        "Invalid characters",
      );
    },
  );

  it("frees its port on close, so that it can start on it again", async () => {
    const port = Number(new URL(sqs.endpoint).port);
    await sqs.close();

    sqs = await startSqs({ port });

    expect(new URL(sqs.endpoint).port).toBe(String(port));
  });
});

describe("createQueues", () => {
  it("makes the intents queue as it is deployed, with its dead-letter queue", async () => {
    const urls = await createQueues(client);
    const intents = await attributesOf(urls.intents);
    const dlq = await attributesOf(urls.intents_dlq);

    expect(intents.VisibilityTimeout).toBe(String(QUEUES.intents.visibilityTimeoutSeconds));
    expect(intents.MessageRetentionPeriod).toBe(String(QUEUES.intents.messageRetentionSeconds));
    expect(JSON.parse(intents.RedrivePolicy ?? "")).toEqual({
      deadLetterTargetArn: dlq.QueueArn,
      maxReceiveCount: QUEUES.intents.maxReceiveCount,
    });
    expect(dlq.MessageRetentionPeriod).toBe(String(QUEUES.intentsDlq.messageRetentionSeconds));
  });

  it("lets every queue take a message as large as deployed, and not a byte more", async () => {
    for (const [name, QueueUrl] of Object.entries(await createQueues(client))) {
      const MessageBody = "x".repeat(MESSAGE_BYTES_MAX);
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      const { Messages } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }),
      );
      expect(Messages?.[0]?.Body === MessageBody, name).toBe(true);

      const refused = client.send(
        new SendMessageCommand({ QueueUrl, MessageBody: `${MessageBody}x` }),
      );
      await expect(refused, name).rejects.toThrow();
    }
  });

  it("shortens the visibility of intents alone when asked to", async () => {
    const urls = await createQueues(client, { visibilityTimeoutSeconds: 2 });

    expect((await attributesOf(urls.intents)).VisibilityTimeout).toBe("2");
    expect((await attributesOf(urls.quarantine)).VisibilityTimeout).toBe("30");
    expect((await attributesOf(urls.outcomes)).VisibilityTimeout).toBe("30");
  });

  it("moves an intent to the dead-letter queue after its last receive", async () => {
    const urls = await createQueues(client, { visibilityTimeoutSeconds: 0 });
    await client.send(new SendMessageCommand({ QueueUrl: urls.intents, MessageBody: "poison" }));
    for (let receive = 0; receive <= QUEUES.intents.maxReceiveCount; receive += 1) {
      await client.send(new ReceiveMessageCommand({ QueueUrl: urls.intents }));
    }

    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: urls.intents_dlq, WaitTimeSeconds: 1 }),
    );

    expect(Messages?.map(({ Body }) => Body)).toEqual(["poison"]);
  });

  it("gives the same queues when asked again", async () => {
    expect(await createQueues(client)).toEqual(await createQueues(client));
  });
});
