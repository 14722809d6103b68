import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PAYLOAD_BYTES_MAX } from "./event-source/invoke.ts";
import {
  createEventSource,
  type EventSource,
  type EventSourceInput,
  type EventSourceSettings,
} from "./event-source.ts";
import { type LocalSqs, startSqs } from "./sqs.ts";

const region = "us-east-1";
let sqs: LocalSqs;
let client: SQSClient;
let queueUrl: string;
let running: EventSource[];

beforeEach(async () => {
  sqs = await startSqs();
  client = new SQSClient({
    endpoint: sqs.endpoint,
    region,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  queueUrl = `${sqs.endpoint}/000000000000/work`;
  running = [];
  await createWorkQueue();
});

afterEach(async () => {
  await Promise.all(running.map((source) => source.stop()));
  client.destroy();
  await sqs.close();
});

async function createWorkQueue(visibilitySeconds = 1): Promise<void> {
  await client.send(
    new CreateQueueCommand({
      QueueName: "work",
      Attributes: { VisibilityTimeout: String(visibilitySeconds) },
    }),
  );
}

async function send(...bodies: string[]): Promise<void> {
  for (let from = 0; from < bodies.length; from += 10) {
    const Entries = bodies
      .slice(from, from + 10)
      .map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

function run(
  handler: EventSourceInput["handler"],
  settings: EventSourceSettings = {},
  onFault: (fault: unknown) => void = () => {},
): EventSource {
  const source = createEventSource({ client, queueUrl, region, handler, onFault }, settings);
  running.push(source);
  source.start();
  return source;
}

/** Messages waiting and messages in flight. */
async function left(): Promise<readonly [string | undefined, string | undefined]> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  );
  return [
    Attributes?.ApproximateNumberOfMessages,
    Attributes?.ApproximateNumberOfMessagesNotVisible,
  ];
}

/** Collects what a handler sees; `until(n)` waits for the n-th batch. */
function batches() {
  const seen: SQSRecord[][] = [];
  let arrived = Promise.withResolvers<void>();
  return {
    seen,
    bodies: () => seen.map((batch) => batch.map(({ body }) => body)),
    add: (event: SQSEvent) => {
      seen.push(event.Records);
      arrived.resolve();
      arrived = Promise.withResolvers();
    },
    until: async (count: number) => {
      while (seen.length < count) {
        await arrived.promise;
      }
      return seen;
    },
  };
}

describe("createEventSource", () => {
  it("hands messages over as Lambda does", async () => {
    const received = Promise.withResolvers<{ event: SQSEvent; context: Context }>();
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: "hello",
        MessageAttributes: {
          text: { DataType: "String", StringValue: "x" },
          bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2]) },
        },
      }),
    );

    run(async (event, context) => received.resolve({ event, context }), {
      functionName: "consumer",
    });
    const { event, context } = await received.promise;

    expect(event.Records).toHaveLength(1);
    expect(event.Records[0]).toEqual({
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: "hello",
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
      },
      messageAttributes: {
        text: { dataType: "String", stringValue: "x", stringListValues: [], binaryListValues: [] },
        bytes: {
          dataType: "Binary",
          binaryValue: "AQI=",
          stringListValues: [],
          binaryListValues: [],
        },
      },
      md5OfBody: "5d41402abc4b2a76b9719d911017c592",
      md5OfMessageAttributes: expect.any(String),
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:work",
      awsRegion: "us-east-1",
    });
    expect(context.functionName).toBe("consumer");
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(29_000);
  });

  it("deletes a batch that succeeded", async () => {
    const handled = batches();
    await send("a", "b", "c");

    const source = run(async (event) => handled.add(event));
    await handled.until(1);
    await source.stop();

    expect(handled.bodies()).toEqual([["a", "b", "c"]]);
    expect(await left()).toEqual(["0", "0"]);
  });

  it("deletes what succeeded and leaves what failed to the visibility timeout", async () => {
    const handled = batches();
    await send("good", "bad");

    const source = run(async (event) => {
      handled.add(event);
      const failed = event.Records.filter(
        ({ body, attributes }) => body === "bad" && attributes.ApproximateReceiveCount === "1",
      );
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    const [, again] = await handled.until(2);
    await source.stop();

    expect(handled.bodies()).toEqual([["good", "bad"], ["bad"]]);
    expect(again?.[0]?.attributes.ApproximateReceiveCount).toBe("2");
    expect(await left()).toEqual(["0", "0"]);
  });

  const failures: [string, EventSourceInput["handler"]][] = [
    ["throws", () => Promise.reject(new Error("fault"))],
    [
      "throws before its first await",
      () => {
        throw new Error("fault");
      },
    ],
    [
      "names a message not in the batch",
      async () => ({ batchItemFailures: [{ itemIdentifier: "?" }] }),
    ],
  ];

  it.each(failures)("brings the whole batch back when the function %s", async (_name, failing) => {
    const handled = batches();
    const faults: unknown[] = [];
    await send("a", "b");

    const source = run(
      (event, context) => {
        handled.add(event);
        return handled.seen.length === 1 ? failing(event, context) : Promise.resolve();
      },
      {},
      (fault) => faults.push(fault),
    );
    await handled.until(2);
    await source.stop();

    expect(handled.bodies()).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(faults).toHaveLength(1);
  });

  it("gives a batch up when its time has passed", async () => {
    const handled = batches();
    const faults: unknown[] = [];
    const remaining: number[] = [];
    await send("slow");

    const source = run(
      async (event, context) => {
        handled.add(event);
        remaining.push(context.getRemainingTimeInMillis());
        await (handled.seen.length === 1 ? new Promise(() => {}) : undefined);
      },
      { timeoutMs: 100 },
      (fault) => faults.push(fault),
    );
    await handled.until(2);
    await source.stop();

    expect(remaining[0]).toBeLessThanOrEqual(100);
    expect(faults.map(String)).toEqual(["BatchFailedError: The function took longer than 100 ms"]);
    expect(await left()).toEqual(["0", "0"]);
  });

  it("never hands over more than the batch size", async () => {
    const handled = batches();
    await send(..."abcde");

    run(async (event) => handled.add(event), { batchSize: 2 });
    await handled.until(3);

    expect(handled.bodies()).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("fills a batch beyond one receive while its window is open", async () => {
    const handled = batches();
    const bodies = Array.from({ length: 25 }, (_, index) => String(index));
    await send(...bodies);

    run(async (event) => handled.add(event), { batchSize: 25, windowSeconds: 5 });
    await handled.until(1);

    expect(handled.bodies()).toEqual([bodies]);
  });

  it("takes into a batch what arrives while its window is open, and closes it in time", async () => {
    const handled = batches();
    await createWorkQueue();
    const started = performance.now();
    await send("early");

    run(async (event) => handled.add(event), { batchSize: 20, windowSeconds: 1 });
    await send("late");
    await handled.until(1);

    expect(handled.bodies()).toEqual([["early", "late"]]);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it.each([
    ["a batch above 10 without a window", { batchSize: 11 }],
    ["a batch above 10,000", { batchSize: 10_001, windowSeconds: 1 }],
    ["an empty batch", { batchSize: 0 }],
    ["a window above 5 minutes", { windowSeconds: 301 }],
    ["no parallel batch", { parallelBatches: 0 }],
    ["a timeout above 15 minutes", { timeoutMs: 900_001 }],
  ] satisfies [string, EventSourceSettings][])("refuses %s", (_name, settings) => {
    const handler = async () => {};

    expect(() => createEventSource({ client, queueUrl, region, handler }, settings)).toThrow();
  });

  it("works on as many batches at once as asked for, and no more", async () => {
    const handled = batches();
    const bothIn = Promise.withResolvers<void>();
    let inWork = 0;
    let mostInWork = 0;
    await send(..."abcdef");

    run(
      async (event) => {
        handled.add(event);
        inWork += 1;
        mostInWork = Math.max(mostInWork, inWork);
        if (inWork === 2) {
          bothIn.resolve();
        }
        await bothIn.promise;
        inWork -= 1;
      },
      { batchSize: 1, parallelBatches: 2 },
    );
    await handled.until(6);

    expect(mostInWork).toBe(2);
    expect(handled.bodies().flat().sort()).toEqual([..."abcdef"]);
  });

  it("keeps every event within Lambda's 6 MB", async () => {
    await createLargeQueue();
    const handled = batches();
    const megabyte = "x".repeat(1_000_000);
    for (let sent = 0; sent < 8; sent += 1) {
      await client.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: `${sent}${megabyte}` }),
      );
    }

    const source = run(async (event) => handled.add(event), { batchSize: 20, windowSeconds: 1 });
    await handled.until(2);
    await source.stop();

    const sizes = handled.seen.map((Records) => Buffer.byteLength(JSON.stringify({ Records })));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PAYLOAD_BYTES_MAX);
    expect(
      handled
        .bodies()
        .flat()
        .map((body) => body[0])
        .sort(),
    ).toEqual([..."01234567"]);
    expect(await left()).toEqual(["0", "0"]);
  });

  it("finishes the batch in work before it has stopped", async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    let finished = false;
    await send("a");

    const source = run(async () => {
      entered.resolve();
      await release.promise;
      finished = true;
    });
    await entered.promise;
    const stopping = source.stop();
    release.resolve();
    await stopping;

    expect(finished).toBe(true);
    expect(await left()).toEqual(["0", "0"]);
  });

  it("leaves no message in flight to nobody when it stops", async () => {
    await client.send(
      new CreateQueueCommand({
        QueueName: "hidden-long",
        Attributes: { VisibilityTimeout: "600" },
      }),
    );
    queueUrl = `${sqs.endpoint}/000000000000/hidden-long`;
    const handled = batches();
    const source = run(async (event) => handled.add(event), { parallelBatches: 3 });
    await send("before");
    await handled.until(1);

    const stopping = source.stop();
    await send("while stopping");
    await stopping;
    await send("after");

    const [waiting, inFlight] = await left();
    expect(inFlight).toBe("0");
    expect(handled.bodies().flat().length + Number(waiting)).toBe(3);
    const { Messages } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    expect(Messages?.map(({ Body }) => Body)).toContain("after");
  });

  it("goes on when polls fail, and says so", async () => {
    queueUrl = `${sqs.endpoint}/000000000000/not-yet`;
    const handled = batches();
    const failed = Promise.withResolvers<unknown>();

    run(async (event) => handled.add(event), {}, failed.resolve);
    expect(String(await failed.promise)).toContain("QueueDoesNotExist");
    await client.send(new CreateQueueCommand({ QueueName: "not-yet" }));
    await send("a");
    await handled.until(1);

    expect(handled.bodies()).toEqual([["a"]]);
  });
});

async function createLargeQueue(): Promise<void> {
  await client.send(
    new CreateQueueCommand({ QueueName: "large", Attributes: { VisibilityTimeout: "60" } }),
  );
  queueUrl = `${sqs.endpoint}/000000000000/large`;
}
