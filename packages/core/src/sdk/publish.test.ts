import { readMessage } from "@autonomy-gate/consumers/intents/envelope";
import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import {
  forwardActionIntents,
  type IntentToPublish,
  publishActionIntents,
} from "@autonomy-gate/core/sdk/publish";
import { EventBridgeClient, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EntryError } from "../src/events/put-events.ts";
import type { PutEventsEntry } from "../src/events/requests.ts";
import { type LocalBus, startLocalBus } from "./local-bus.ts";
import { type LocalQueues, startLocalQueues } from "./local-queues.ts";

const SOURCES = ["cc-native.decision"];
const BUS = { busName: "default" };
const NOW_MS = Date.UTC(2026, 10, 22, 9, 30);

let queues: LocalQueues;
let bus: LocalBus;
let refuse: (entry: PutEventsEntry) => EntryError | undefined;
let requests: number[];

beforeEach(async () => {
  refuse = () => undefined;
  requests = [];
  queues = await startLocalQueues();
  bus = await startLocalBus(queues, { rejectEntry: (entry) => refuse(entry) });
  await queues.create("q");
  await bus.route({ source: SOURCES, "detail-type": ["ActionIntentCreated"] });
  bus.client.middlewareStack.add(
    (next) => async (args) => {
      requests.push(entriesOf(args.input).length);
      return next(args);
    },
    { step: "initialize", name: "countEntries" },
  );
});

afterEach(async () => queues.close());

describe("publishing", () => {
  test("fills in metadata, and keeps what is there", async () => {
    const clock = { ...systemClock(), epochMs: () => NOW_MS };
    const intents = [
      anIntent("a"),
      { ...anIntent("b"), metadata: { trace_id: "t", event_id: "e" } },
    ];

    const { accepted } = await publishActionIntents(bus.client, intents, { ...BUS, clock });
    const [a, b] = await received();

    expect(a?.metadata).toEqual({
      event_id: accepted[0]?.event_id,
      schema_version: "1",
      occurred_at: "2026-11-22T09:30:00.000Z",
    });
    expect(b?.metadata).toMatchObject({ trace_id: "t", event_id: "e", schema_version: "1" });
    expect(accepted.map(({ index }) => index)).toEqual([0, 1]);
  });

  test("gives event ids that sort by the time they were made", async () => {
    let epochMs = NOW_MS;
    const clock = { ...systemClock(), epochMs: () => (epochMs += 1) };
    const intents = Array.from({ length: 50 }, (_, index) => anIntent(`i${index}`));

    const { accepted } = await publishActionIntents(bus.client, intents, { ...BUS, clock });

    const ids = accepted.map(({ event_id }) => event_id);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(ids)).toHaveProperty("size", 50);
  });

  test("sends at most 10 entries and 256 KB a request, and everything once", async () => {
    const small = Array.from({ length: 23 }, (_, index) => anIntent(`small${index}`));
    const large = Array.from({ length: 5 }, (_, index) =>
      anIntent(`large${index}`, { parameters: { text: "x".repeat(100_000) } }),
    );

    const { accepted } = await publishActionIntents(bus.client, [...small, ...large], BUS);

    expect(accepted).toHaveLength(28);
    expect(requests.toSorted((a, b) => b - a)).toEqual([10, 10, 5, 2, 1]);
    expect(await queues.count("q")).toMatchObject({ waiting: 28 });
  });

  test("sends again only the entries that failed, until they are accepted", async () => {
    const failures = new Map([
      ["i3", 2],
      ["i7", 1],
    ]);
    refuse = ({ Detail = "" }) => {
      const id: string = JSON.parse(Detail).data.action_intent_id;
      const left = failures.get(id) ?? 0;
      failures.set(id, left - 1);
      return left > 0 ? { ErrorCode: "InternalFailure", ErrorMessage: "try again" } : undefined;
    };
    const intents = Array.from({ length: 10 }, (_, index) => anIntent(`i${index}`));

    const report = await publishActionIntents(bus.client, intents, BUS);

    expect(report.rejected).toEqual([]);
    expect(report.accepted.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(requests).toEqual([10, 2, 1]);
    expect(await queues.count("q")).toMatchObject({ waiting: 10 });
  });

  test("names exactly the intents that were not accepted, each with its reason", async () => {
    refuse = ({ Detail = "" }) => {
      const id: string = JSON.parse(Detail).data.action_intent_id;
      if (id === "slow") return { ErrorCode: "ThrottlingException", ErrorMessage: "slow down" };
      if (id === "bad") return { ErrorCode: "MalformedDetail", ErrorMessage: "no" };
      return undefined;
    };
    const intents = [
      anIntent("fine"),
      anIntent("slow"),
      anIntent("bad"),
      anIntent("un#usable"),
      anIntent("late", { expires_at: "next Friday" }),
    ];

    const report = await publishActionIntents(bus.client, intents, { ...BUS, timeoutMs: 300 });

    expect(report.accepted.map(({ index }) => index)).toEqual([0]);
    expect(report.rejected).toMatchObject([
      { index: 1, action_intent_id: "slow", code: "ThrottlingException", retryable: true },
      { index: 2, action_intent_id: "bad", code: "MalformedDetail", retryable: false },
      { index: 3, action_intent_id: "un#usable", code: "INVALID", retryable: false },
      { index: 4, code: "INVALID", issues: [{ path: "data.expires_at" }] },
    ]);
    expect(await queues.count("q")).toMatchObject({ waiting: 1 });
  });

  test("asks a bus that does not exist once, and reports everything", async () => {
    const report = await publishActionIntents(bus.client, [anIntent("a")], { busName: "nowhere" });
    expect(report.rejected).toMatchObject([{ code: "InvalidArgument", retryable: false }]);
    expect(requests).toEqual([1]);
  });

  test("reports what it could not reach the bus for", async () => {
    await bus.close();
    const report = await publishActionIntents(bus.client, [anIntent("a")], {
      ...BUS,
      timeoutMs: 100,
    });
    expect(report.accepted).toEqual([]);
    expect(report.rejected).toMatchObject([{ index: 0, retryable: true }]);
  });

  test.each([
    ["a number JSON has not", { confidence_score: Number.NaN }, "data.confidence_score"],
    ["a Date", { parameters: { at: new Date(0) } }, "data.parameters.at"],
    ["a BigInt", { parameters: { cents: 10n } }, "data.parameters.cents"],
    ["a function", { parameters: [() => 1] }, "data.parameters.0"],
    ["a hole in a list", { parameters: [undefined] }, "data.parameters.0"],
    ["half a character", { parameters: "\ud800" }, "data.parameters"],
    ["data beyond 128 KB", { parameters: "x".repeat(131_072) }, "data"],
    ["an action type that is none", { action_type: "DEFAULT" }, "data.action_type"],
  ])("refuses %s before it is sent: the gate would read something else", async (_, more, path) => {
    const { rejected } = await publishActionIntents(bus.client, [anIntent("a", more)], BUS);
    expect(rejected).toMatchObject([{ code: "INVALID", issues: [{ path }] }]);
    expect(requests).toEqual([]);
  });

  test("refuses nesting the gate would block, even endless", async () => {
    const endless: Record<string, unknown> = {};
    endless.self = endless;
    const { rejected } = await publishActionIntents(
      bus.client,
      [anIntent("a", { parameters: endless })],
      BUS,
    );
    expect(rejected[0]?.issues[0]?.message).toBe("must be nested at most 32 deep");
  });
});

test("forwarding leaves the judging to the gate", async () => {
  const events = [anIntent("a", { confidence_score: 87 }), { data: { action_type: "?" } }];
  const { accepted } = await forwardActionIntents(bus.client, events, BUS);
  expect(accepted).toHaveLength(2);
  expect((await received()).map(({ data }) => data)).toEqual(events.map(({ data }) => data));
});

test("whatever the SDK publishes the consumer reads as the same intent, 10,000 times", async () => {
  const client = new EventBridgeClient({ region: "us-east-1", credentials });
  const sent: PutEventsRequestEntry[] = [];
  // AWS's side of the call: accepts everything and remembers it.
  client.middlewareStack.add(
    () => async (args) => {
      const entries = entriesOf(args.input);
      sent.push(...entries);
      const Entries = entries.map((_, index) => ({ EventId: String(index) }));
      return { response: {}, output: { $metadata: {}, FailedEntryCount: 0, Entries } };
    },
    { step: "initialize", name: "acceptEverything" },
  );
  const published = fc.sample(intentsToPublish, 10_000);

  const { accepted, rejected } = await publishActionIntents(client, published, BUS);

  expect(rejected).toEqual([]);
  expect(accepted).toHaveLength(10_000);
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

const credentials = { accessKeyId: "local", secretAccessKey: "local" };

const idCharacters = "abcXYZ019_.:@-";
const ids = fc
  .tuple(
    fc.constantFrom("a", "Z", "0"),
    fc.string({ unit: fc.constantFrom(...idCharacters), maxLength: 127 }),
  )
  .map(([first, rest]) => first + rest);

const json = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" });

const intentsToPublish: fc.Arbitrary<IntentToPublish> = fc
  .record({
    data: fc.record(
      {
        action_intent_id: ids,
        tenant_id: ids,
        account_id: ids,
        action_type: fc.constantFrom("CREATE_INTERNAL_NOTE", "WIRE_MONEY", "A"),
        confidence_score: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), json),
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

function anIntent(id: string, more: object = {}): IntentToPublish {
  return {
    data: {
      action_intent_id: id,
      tenant_id: "acme",
      account_id: "acct_42",
      action_type: "CREATE_INTERNAL_NOTE",
      confidence_score: 0.91,
      ...more,
    },
  };
}

async function received() {
  const bodies = await queues.receive("q");
  return bodies.map((body): { metadata: object; data: object } => JSON.parse(body).detail);
}

function entriesOf(input: object): PutEventsRequestEntry[] {
  return "Entries" in input && Array.isArray(input.Entries) ? input.Entries : [];
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
