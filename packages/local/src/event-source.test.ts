import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Context, SQSEvent } from "aws-lambda";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HandledBatches, handledBatches } from "../test/handled-batches.ts";
import { type LocalQueues, startLocalQueues } from "../test/local-queues.ts";
import { PAYLOAD_BYTES_MAX, type SqsHandler } from "./event-source/invoke.ts";
import type { EventSourceSettings } from "./event-source.ts";

const EMPTY = { waiting: 0, inFlight: 0 };
let queues: LocalQueues;
let handled: HandledBatches;

beforeEach(async () => {
  queues = await startLocalQueues();
  handled = handledBatches(queues);
  await queues.create("work", 1);
});

afterEach(async () => queues.close());

describe("a batch", () => {
  it("is handed over as Lambda hands it over", async () => {
    const received = Promise.withResolvers<{ event: SQSEvent; context: Context }>();
    await queues.client.send(
      new SendMessageCommand({
        QueueUrl: queues.url("work"),
        MessageBody: "hello",
        MessageAttributes: {
          text: { DataType: "String", StringValue: "x" },
          bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2]) },
        },
      }),
    );

    handled.run(async (event, context) => received.resolve({ event, context }), {
      functionName: "consumer",
    });
    const { event, context } = await received.promise;

    const lists = { stringListValues: [], binaryListValues: [] };
    expect(event.Records).toEqual([
      {
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
          text: { dataType: "String", stringValue: "x", ...lists },
          bytes: { dataType: "Binary", binaryValue: "AQI=", ...lists },
        },
        md5OfBody: "5d41402abc4b2a76b9719d911017c592",
        md5OfMessageAttributes: expect.any(String),
        eventSource: "aws:sqs",
        eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:work",
        awsRegion: "us-east-1",
      },
    ]);
    expect(context.functionName).toBe("consumer");
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(29_000);
  });

  it("is deleted when it succeeded, whatever the function did to its event", async () => {
    await queues.send("work", "a", "b", "c");

    const source = handled.run(async (event) => {
      event.Records.splice(0);
    });
    await handled.until(1);
    await source.stop();

    expect(await queues.count("work")).toEqual(EMPTY);
  });

  it("is deleted but for what failed, which comes back after the visibility timeout", async () => {
    await queues.send("work", "good", "bad");

    const source = handled.run(async ({ Records }) => {
      const failed = Records.filter(
        ({ body, attributes }) => body === "bad" && attributes.ApproximateReceiveCount === "1",
      );
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    await handled.until(2);
    await source.stop();

    expect(handled.bodies()).toEqual([["good", "bad"], ["bad"]]);
    expect(handled.batches[1]?.[0]?.attributes.ApproximateReceiveCount).toBe("2");
    expect(await queues.count("work")).toEqual(EMPTY);
  });

  it.each<[string, SqsHandler]>([
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
  ])("comes back whole when the function %s", async (_name, failing) => {
    const faults: unknown[] = [];
    await queues.send("work", "a", "b");

    const source = handled.run(
      (event, context) =>
        handled.batches.length === 1 ? failing(event, context) : Promise.resolve(),
      { onFault: (fault) => faults.push(fault) },
    );
    await handled.until(2);
    await source.stop();

    expect(handled.bodies()).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(faults).toHaveLength(1);
    expect(await queues.count("work")).toEqual(EMPTY);
  });

  it("is given up when its time has passed, and comes back", async () => {
    const faults: unknown[] = [];
    const remaining: number[] = [];
    await queues.send("work", "slow");

    const source = handled.run(
      async (_event, context) => {
        remaining.push(context.getRemainingTimeInMillis());
        await (handled.batches.length === 1 ? new Promise(() => {}) : undefined);
      },
      { timeoutMs: 100, onFault: (fault) => faults.push(fault) },
    );
    await handled.until(2);
    await source.stop();

    expect(remaining[0]).toBeLessThanOrEqual(100);
    expect(faults.map(String)).toEqual(["BatchFailedError: The function took longer than 100 ms"]);
    expect(await queues.count("work")).toEqual(EMPTY);
  });

  it("never holds more than the batch size", async () => {
    await queues.send("work", ..."abcde");

    handled.run(undefined, { batchSize: 2 });
    await handled.until(3);

    expect(handled.bodies()).toEqual([["a", "b"], ["c", "d"], ["e"]]);
  });

  it("fills beyond one receive while its window is open, and no longer than it must", async () => {
    const bodies = Array.from({ length: 25 }, (_, index) => String(index));
    await queues.send("work", ...bodies);
    const started = performance.now();

    handled.run(undefined, { batchSize: 25, windowSeconds: 60 });
    await handled.until(1);

    expect(handled.bodies()).toEqual([bodies]);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it("takes in what arrives while its window is open, and closes in time", async () => {
    await queues.create("slow");
    await queues.send("slow", "early");
    const started = performance.now();

    handled.run(undefined, { queue: "slow", batchSize: 20, windowSeconds: 1 });
    await queues.send("slow", "late");
    await handled.until(1);

    expect(handled.bodies()).toEqual([["early", "late"]]);
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it("keeps within Lambda's 6 MB, and nothing is lost by splitting", async () => {
    await queues.create("large");
    for (const digit of "01234567") {
      await queues.send("large", digit.repeat(1_000_000));
    }

    const source = handled.run(undefined, { queue: "large", batchSize: 20, windowSeconds: 1 });
    await handled.until(2);
    await source.stop();

    const sizes = handled.batches.map((Records) => Buffer.byteLength(JSON.stringify({ Records })));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PAYLOAD_BYTES_MAX);
    const digits = handled.bodies().flatMap((bodies) => bodies.map((body) => body.charAt(0)));
    expect(digits.sort()).toEqual([..."01234567"]);
    expect(await queues.count("large")).toEqual(EMPTY);
  });
});

describe("the settings", () => {
  it.each([
    ["a batch above 10 without a window", { batchSize: 11 }],
    ["a batch above 10,000", { batchSize: 10_001, windowSeconds: 1 }],
    ["an empty batch", { batchSize: 0 }],
    ["a window above 5 minutes", { windowSeconds: 301 }],
    ["no parallel batch", { parallelBatches: 0 }],
    ["a timeout above 15 minutes", { timeoutMs: 900_001 }],
  ] satisfies [string, EventSourceSettings][])("are refused for %s", (_name, settings) => {
    expect(() => handled.run(undefined, settings)).toThrow();
  });
});
