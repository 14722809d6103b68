import { EventBridgeServiceException } from "@aws-sdk/client-eventbridge";
import { describe, expect, test } from "vitest";
import { openEventBridge } from "../../test/event-bridge.ts";
import { virtualClock } from "../../test/virtual-clock.ts";
import { forwardActionIntents, type IntentToPublish, publishActionIntents } from "./publish.ts";

const NOW = "2026-11-22T09:30:00.000Z";

function open(...[refuse]: Parameters<typeof openEventBridge>) {
  const bus = openEventBridge(refuse);
  const clock = virtualClock(NOW);
  return {
    ...bus,
    clock,
    options: { busName: "default", clock },
    sizes: () => bus.requests.map(({ length }) => length),
    received: () => bus.accepted.map(({ Detail = "" }) => JSON.parse(Detail)),
  };
}

/** The id of an entry's intent. */
function idOf({ Detail = "" }: { readonly Detail?: string | undefined }): string {
  return JSON.parse(Detail).data.action_intent_id;
}

describe("publishing", () => {
  test("fills in metadata, and keeps what is there", async () => {
    const { client, options, received, accepted: entries } = open();
    const intents = [
      anIntent("a"),
      { ...anIntent("b"), metadata: { trace_id: "t", event_id: "e" } },
    ];
    const { accepted } = await publishActionIntents(client, intents, options);
    const [a, b] = received();
    expect(a.metadata).toEqual({
      event_id: accepted[0]?.event_id,
      schema_version: "1",
      occurred_at: NOW,
    });
    expect(b.metadata).toMatchObject({ trace_id: "t", event_id: "e", schema_version: "1" });
    expect(accepted).toMatchObject([{ index: 0 }, { index: 1, event_id: "e" }]);
    expect(entries[0]).toMatchObject({
      EventBusName: "default",
      Source: "cc-native.decision",
      DetailType: "ActionIntentCreated",
    });
  });

  test("names the source it is told", async () => {
    const { client, options, accepted } = open();
    await publishActionIntents(client, [anIntent("a")], { ...options, source: "my.agents" });
    expect(accepted[0]?.Source).toBe("my.agents");
  });

  test("gives event ids that sort by the time they were made", async () => {
    const { client, options, clock } = open();
    const passing = {
      ...clock,
      epochMs: () => {
        clock.pass(1);
        return clock.epochMs();
      },
    };
    const intents = Array.from({ length: 50 }, (_, index) => anIntent(`i${index}`));
    const { accepted } = await publishActionIntents(client, intents, {
      ...options,
      clock: passing,
    });
    const ids = accepted.map(({ event_id }) => event_id);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids)).toHaveProperty("size", 50);
  });

  test("sends at most 10 entries and 256 KB a request, and everything once", async () => {
    const { client, options, sizes, accepted: entries } = open();
    const small = Array.from({ length: 23 }, (_, index) => anIntent(`small${index}`));
    const large = Array.from({ length: 5 }, (_, index) =>
      anIntent(`large${index}`, { parameters: { text: "x".repeat(100_000) } }),
    );
    const { accepted } = await publishActionIntents(client, [...small, ...large], options);
    expect(accepted).toHaveLength(28);
    expect(sizes().toSorted((a, b) => b - a)).toEqual([10, 10, 5, 2, 1]);
    expect(new Set(entries.map(idOf)).size).toBe(28);
  });

  test("sends again only the entries that failed, until they are accepted", async () => {
    const failures = new Map([
      ["i3", 2],
      ["i7", 1],
    ]);
    const { client, options, sizes, accepted } = open((entry) => {
      const left = failures.get(idOf(entry)) ?? 0;
      failures.set(idOf(entry), left - 1);
      return left > 0 ? "InternalFailure" : undefined;
    });
    const intents = Array.from({ length: 10 }, (_, index) => anIntent(`i${index}`));
    const report = await publishActionIntents(client, intents, options);
    expect(report.rejected).toEqual([]);
    expect(report.accepted.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(sizes()).toEqual([10, 2, 1]);
    expect(accepted).toHaveLength(10);
  });

  test("names exactly the intents that were not accepted, each with its reason", async () => {
    const codes: Record<string, string> = { slow: "ThrottlingException", bad: "MalformedDetail" };
    const { client, options, clock, accepted } = open((entry) => codes[idOf(entry)]);
    const intents = [
      anIntent("fine"),
      anIntent("slow"),
      anIntent("bad"),
      anIntent("un#usable"),
      anIntent("late", { expires_at: "next Friday" }),
    ];
    const report = await publishActionIntents(client, intents, { ...options, timeoutMs: 300 });
    expect(report.accepted.map(({ index }) => index)).toEqual([0]);
    expect(report.rejected).toMatchObject([
      { index: 1, action_intent_id: "slow", code: "ThrottlingException", retryable: true },
      {
        index: 2,
        action_intent_id: "bad",
        code: "MalformedDetail",
        message: "as the test asked",
        retryable: false,
        issues: [],
      },
      { index: 3, action_intent_id: "un#usable", code: "INVALID", retryable: false },
      { index: 4, code: "INVALID", issues: [{ path: "data.expires_at" }] },
    ]);
    expect(accepted).toHaveLength(1);
    expect(clock.elapsedMs()).toBeGreaterThan(100);
    expect(clock.elapsedMs()).toBeLessThanOrEqual(300);
  });

  test("tries for 30 s unless told otherwise", async () => {
    const { client, options, clock } = open(() => "InternalFailure");
    const report = await publishActionIntents(client, [anIntent("a")], options);
    expect(report.rejected).toMatchObject([{ code: "InternalFailure", retryable: true }]);
    expect(clock.elapsedMs()).toBeGreaterThan(28_000);
    expect(clock.elapsedMs()).toBeLessThanOrEqual(30_000);
  });

  test("says of what was not sent in time that it was not sent", async () => {
    const { client, options, clock, sizes } = open(() => void clock.pass(1_000));
    const intents = Array.from({ length: 50 }, (_, index) => anIntent(`i${index}`));
    const report = await publishActionIntents(client, intents, { ...options, timeoutMs: 1_000 });
    expect(sizes()).toEqual([10, 10, 10, 10]);
    expect(report.accepted).toHaveLength(40);
    expect(report.rejected).toHaveLength(10);
    expect(report.rejected[0]).toMatchObject({ index: 40, code: "DEADLINE", retryable: true });
  });

  test.each([
    ["InvalidArgument", 1],
    ["MalformedDetail", 1],
    ["NotAuthorizedForSourceException", 1],
    ["NotAuthorizedForDetailTypeException", 1],
  ])("asks once when an entry is refused with %s", async (code, times) => {
    const { client, options, sizes } = open(() => code);
    const report = await publishActionIntents(client, [anIntent("a")], options);
    expect(report.rejected).toMatchObject([{ code, retryable: false }]);
    expect(sizes()).toHaveLength(times);
  });

  test.each([
    ["ThrottlingException", "client", true],
    ["TooManyRequestsException", "client", true],
    ["ConcurrentModificationException", "client", true],
    ["AccessDeniedException", "client", false],
    ["InternalException", "server", true],
  ] as const)("a request refused with %s (%s) may pass: %s", async (name, $fault, retryable) => {
    const { client, options, sizes } = open(() => {
      throw new EventBridgeServiceException({ name, $fault, message: "no", $metadata: {} });
    });
    const report = await publishActionIntents(client, [anIntent("a")], options);
    expect(report.rejected).toMatchObject([{ index: 0, code: name, message: "no", retryable }]);
    expect(sizes().length > 1).toBe(retryable);
  });

  test("reports what it could not reach the bus for", async () => {
    const { client, options } = open(() => {
      throw Object.assign(new Error("connect ECONNREFUSED"), { name: "TimeoutError" });
    });
    const report = await publishActionIntents(client, [anIntent("a")], options);
    expect(report.accepted).toEqual([]);
    expect(report.rejected).toMatchObject([{ index: 0, code: "TimeoutError", retryable: true }]);
  });

  test.each([
    ["a number JSON has not", { confidence_score: Number.NaN }, "data.confidence_score"],
    ["digits that JavaScript has rounded", { parameters: { n: 2 ** 60 } }, "data.parameters.n"],
    ["a Date", { parameters: { at: new Date(0) } }, "data.parameters.at"],
    ["a BigInt", { parameters: { cents: 10n } }, "data.parameters.cents"],
    ["a function", { parameters: [() => 1] }, "data.parameters.0"],
    ["a hole in a list", { parameters: [undefined] }, "data.parameters.0"],
    ["half a character", { parameters: "\ud800" }, "data.parameters"],
    ["data beyond 128 KB", { parameters: "x".repeat(131_072) }, "data"],
    ["an action type that is none", { action_type: "DEFAULT" }, "data.action_type"],
  ])("refuses %s before it is sent: the gate would read something else", async (_, more, path) => {
    const { client, options, sizes } = open();
    const { rejected } = await publishActionIntents(client, [anIntent("a", more)], options);
    expect(rejected).toMatchObject([{ code: "INVALID", issues: [{ path }] }]);
    expect(sizes()).toEqual([]);
  });

  test("refuses nesting the gate would block, even endless", async () => {
    const endless: Record<string, unknown> = {};
    endless.self = endless;
    const { client, options } = open();
    const intents = [anIntent("a", { parameters: endless })];
    const { rejected } = await publishActionIntents(client, intents, options);
    expect(rejected[0]?.issues[0]?.message).toBe("must be nested at most 32 deep");
  });
});

test("forwarding leaves the judging to the gate", async () => {
  const events = [anIntent("a", { confidence_score: 87 }), { data: { action_type: "?" } }];
  const { client, options, received } = open();
  const { accepted } = await forwardActionIntents(client, events, options);
  expect(accepted).toHaveLength(2);
  expect(received().map(({ data }) => data)).toEqual(events.map(({ data }) => data));
});

test("forwarding refuses only what has no JSON form, or is too large for an event", async () => {
  const { client, options } = open();
  const text = (bytes: number) => ({ data: { text: "x".repeat(bytes) } });
  const entry = { detail: JSON.stringify({ metadata: null, ...text(0) }).length, names: 37 };
  const room = 256 * 1024 - entry.detail - entry.names;
  const events = [
    { data: { cents: 10n } },
    { metadata: null, ...text(room) },
    { metadata: null, ...text(room + 1) },
  ];
  const report = await forwardActionIntents(client, events, options);
  expect(report.accepted).toEqual([{ index: 1, event_id: "" }]);
  expect(report.rejected).toMatchObject([
    { index: 0, code: "INVALID", issues: [{ path: "detail", message: "must be JSON" }] },
    { index: 2, code: "INVALID", retryable: false, issues: [{ path: "detail" }] },
  ]);
});

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
