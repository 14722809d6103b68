import { type IntentToPublish, publishActionIntents } from "@autonomy-gate/core/sdk";
import type { PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openEventBridge } from "../../core/test/event-bridge.ts";
import { runs } from "../../core/test/runs.ts";
import { readMessage } from "../src/intents/envelope.ts";
import { SOURCES } from "./fixtures.ts";

const idCharacters = "abcXYZ019_.:@-";
const ids = fc
  .tuple(
    fc.constantFrom("a", "Z", "0"),
    fc.string({ unit: fc.constantFrom(...idCharacters), maxLength: 127 }),
  )
  .map(([first, rest]) => first + rest);

const json = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }).map(withExactNumbers);

const intentsToPublish: fc.Arbitrary<IntentToPublish> = fc
  .record({
    data: fc.record(
      {
        action_intent_id: ids,
        tenant_id: ids,
        account_id: ids,
        action_type: fc.constantFrom("CREATE_INTERNAL_NOTE", "WIRE_MONEY", "A"),
        confidence_score: fc.oneof(fc.double({ noNaN: true, min: -2, max: 2 }), json),
        risk_level: json,
        lifecycle_state: fc.oneof(fc.string({ maxLength: 64 }), fc.constant(undefined)),
        expires_at: fc.constantFrom("2026-12-22T09:30:00Z", "2026-12-22T09:30:00.123456789+05:30"),
        target: json,
        parameters: json,
        anything_else: json,
      },
      { requiredKeys: ["action_intent_id", "tenant_id", "account_id", "action_type"] },
    ),
    metadata: fc.option(fc.record({ trace_id: fc.string({ maxLength: 128 }) }), { nil: undefined }),
  })
  .filter(({ data }) => JSON.stringify(data).isWellFormed());

test("whatever the SDK publishes the consumer reads as the same intent, 10,000 times", async () => {
  const { client, accepted: sent } = openEventBridge();
  const published = fc.sample(intentsToPublish, runs(10_000));

  const { accepted, rejected } = await publishActionIntents(client, published, {
    busName: "default",
  });

  expect(rejected).toEqual([]);
  expect(accepted).toHaveLength(published.length);
  const byEventId = new Map(sent.map((entry) => [eventIdOf(entry), entry]));
  for (const { index, event_id } of accepted) {
    const entry = byEventId.get(event_id);
    const message = readMessage(bodyOf(entry), SOURCES);
    if (message.kind !== "intent" || !message.received.content.valid) {
      expect.unreachable(JSON.stringify(message));
    }
    const data = jsonOf(published[index]?.data);
    expect(message.received.content.intent).toEqual(data);
    expect(JSON.parse(message.canonical ?? "")).toEqual(data);
    expect(message.received.causation_id).toBe(event_id);
    expect(message.received.trace_id).toBe(published[index]?.metadata?.trace_id);
  }
});

/** JavaScript writes a larger number with digits that no double has, and the SDK refuses it. */
function withExactNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === "number" && Math.abs(part) > Number.MAX_SAFE_INTEGER ? part / 2 ** 1023 : part,
  );
}

function eventIdOf({ Detail = "" }: PutEventsRequestEntry): string {
  return JSON.parse(Detail).metadata.event_id;
}

/** As the rule's queue gets it. */
function bodyOf(entry: PutEventsRequestEntry | undefined): string {
  const head = { id: "evb", source: entry?.Source, "detail-type": entry?.DetailType };
  return `${JSON.stringify(head).slice(0, -1)},"detail":${entry?.Detail}}`;
}

function jsonOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
