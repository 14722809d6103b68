import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { QuarantinedMessage } from "../../ports.ts";
import { MESSAGE_BYTES_MAX } from "../../topology.ts";
import { sqsQuarantine } from "./quarantine.ts";

const Sent = z.object({
  Entries: z.array(
    z.looseObject({
      MessageBody: z.string(),
      MessageAttributes: z.record(
        z.string(),
        z.object({ DataType: z.string(), StringValue: z.string() }),
      ),
    }),
  ),
});

/** Puts one body aside through the real client; answers with what went out. */
async function sentFor(body: string) {
  const requests: string[] = [];
  const client = new SQSClient({
    region: "us-east-1",
    endpoint: "http://queue.invalid",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { body?: unknown }) => {
        requests.push(String(request.body));
        throw new Error("The test has seen what it came for.");
      },
    },
  });
  const message: QuarantinedMessage = {
    body,
    errorCode: "MALFORMED_MESSAGE",
    errorDetail: "x".repeat(512),
  };
  await sqsQuarantine(client, "http://queue.invalid/1/quarantine").put([message]);
  const [entry] = Sent.parse(JSON.parse(requests[0] ?? "")).Entries;
  if (entry === undefined) throw new Error("Nothing was sent.");
  const attributes = Object.entries(entry.MessageAttributes).flatMap(
    ([name, { DataType, StringValue }]) => [name, DataType, StringValue],
  );
  const bytes = Buffer.byteLength([entry.MessageBody, ...attributes].join(""));
  return { body: entry.MessageBody, bytes };
}

describe("a message in quarantine", () => {
  it("has its body as received", async () => {
    const body = `{"text":"${"ü".repeat(1_000)}"}`;
    expect((await sentFor(body)).body).toBe(body);
  });

  it.each(["x", "ü", "€", "😀"])(
    "fits with its attributes, however long its body of %s was: refused, it would come back for ever",
    async (character) => {
      const count = Math.floor(MESSAGE_BYTES_MAX / Buffer.byteLength(character));
      const { bytes } = await sentFor(character.repeat(count));
      expect(bytes).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
      expect(bytes).toBeGreaterThan(MESSAGE_BYTES_MAX - 2_048);
    },
  );
});

describe("a batch for quarantine", () => {
  const message: QuarantinedMessage = {
    body: "{}",
    errorCode: "INTENT_CONFLICT",
    errorDetail: "differs",
  };

  /** The SDK's client with SQS's answer in its place. */
  function answering(answer: (entry: { Id: string }) => "sent" | string | undefined) {
    const client = new SQSClient({
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const requests: number[] = [];
    const Batch = z.object({ Entries: z.array(z.looseObject({ Id: z.string() })) });
    client.middlewareStack.add(
      () => async (args) => {
        const { Entries } = Batch.parse(args.input);
        requests.push(Entries.length);
        const answers = Entries.map((entry) => ({ Id: entry.Id, Code: answer(entry) }));
        const Successful = answers.filter(({ Code }) => Code === "sent");
        const Failed = answers.filter(({ Code }) => Code !== "sent" && Code !== undefined);
        return { response: {}, output: { $metadata: {}, Successful, Failed } };
      },
      { step: "initialize", name: "answer" },
    );
    return { quarantine: sqsQuarantine(client, "http://queue.invalid/1/q"), requests };
  }

  it.each([
    [10, [10]],
    [11, [10, 1]],
  ])("of %i messages is sent in requests of %j", async (count, sizes) => {
    const { quarantine, requests } = answering(() => "sent");
    const deliveries = await quarantine.put(Array.from({ length: count }, () => message));
    expect(deliveries).toEqual(Array(count).fill({ accepted: true }));
    expect(requests).toEqual(sizes);
  });

  it("says of each message whether it was taken, in order", async () => {
    const answers = ["sent", "InternalError", undefined, "sent"];
    const { quarantine } = answering(() => answers.shift());
    expect(await quarantine.put(Array.from({ length: 4 }, () => message))).toMatchObject([
      { accepted: true },
      { accepted: false, errorCode: "InternalError" },
      { accepted: false, errorCode: "NoResult" },
      { accepted: true },
    ]);
  });

  it("never throws: a request that failed took nothing", async () => {
    const { quarantine } = answering(() => {
      throw Object.assign(new Error("gone"), { name: "TimeoutError" });
    });
    expect(await quarantine.put([message, message])).toMatchObject([
      { accepted: false, errorCode: "TimeoutError", final: false },
      { accepted: false, errorCode: "TimeoutError", final: false },
    ]);
  });
});
