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
