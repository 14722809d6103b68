import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anEntry, arn, type LocalBus, startLocalBus } from "../../test/local-bus.ts";
import { account, type LocalQueues, startLocalQueues } from "../../test/local-queues.ts";

let queues: LocalQueues;
let bus: LocalBus;

beforeEach(async () => {
  queues = await startLocalQueues();
  bus = await startLocalBus(queues);
  await queues.create("q");
});

afterEach(async () => queues.close());

describe("PutEvents", () => {
  it("delivers any character a text may hold, emoji among them", async () => {
    await bus.route({ source: ["s"] });

    const Detail = '{"text":"ä \u2028 😀 \\ud83d\\ude00 \\\\u0041"}';
    const { FailedEntryCount } = await bus.put(anEntry({ Detail }));
    const [body = ""] = await queues.receive("q");

    expect(FailedEntryCount).toBe(0);
    expect(JSON.parse(body)).toMatchObject({ detail: JSON.parse(Detail) });
  });

  it("has the event in the target's queue, in its envelope, before it answers", async () => {
    await bus.route({ source: ["s"] });

    const { Entries } = await bus.put(
      anEntry({
        Detail: '{"big":12345678901234567890,"b":1,"a":2}',
        Time: new Date("2026-11-22T09:30:00.500Z"),
        Resources: ["r"],
      }),
    );
    const [body = ""] = await queues.receive("q");

    expect(JSON.parse(body)).toEqual({
      version: "0",
      id: Entries?.[0]?.EventId,
      "detail-type": "t",
      source: "s",
      account: "000000000000",
      time: "2026-11-22T09:30:00Z",
      region: "us-east-1",
      resources: ["r"],
      detail: JSON.parse('{"big":12345678901234567890,"b":1,"a":2}'),
    });
    expect(body).toContain('"detail":{"big":12345678901234567890,"b":1,"a":2}}');
  });

  it("delivers to every target of every matching rule, and to no other", async () => {
    for (const QueueName of ["one", "two", "never"]) {
      await queues.create(QueueName);
    }
    await bus.route({ source: ["s"] }, { Id: "a", Arn: arn("one") }, { Rule: "r1" });
    await bus.route({ source: ["s"] }, { Id: "b", Arn: arn("two") }, { Rule: "r1" });
    await bus.route({ detail: { n: [1] } }, { Arn: arn("two") }, { Rule: "r2" });
    await bus.route({ detail: { n: [2] } }, { Arn: arn("never") }, { Rule: "r3" });

    await bus.put(anEntry());

    expect(await queues.receive("one")).toHaveLength(1);
    expect(await queues.receive("two")).toHaveLength(2);
    expect(await queues.receive("never")).toHaveLength(0);
  });

  it("keeps the order of a request's entries", async () => {
    await bus.route({ source: ["s"] }, { InputPath: "$.detail.n" });

    await bus.put(
      ...Array.from({ length: 10 }, (_, n) => anEntry({ Detail: JSON.stringify({ n }) })),
    );

    expect(await queues.receive("q")).toEqual([..."0123456789"]);
  });

  it.each([
    [
      "Source",
      { Source: undefined },
      "InvalidArgument",
      "Parameter Source is not valid. Reason: Source is a required argument.",
    ],
    [
      "DetailType",
      { DetailType: undefined },
      "InvalidArgument",
      "Parameter DetailType is not valid. Reason: DetailType is a required argument.",
    ],
    [
      "Detail",
      { Detail: undefined },
      "InvalidArgument",
      "Parameter Detail is not valid. Reason: Detail is a required argument.",
    ],
    ["JSON in Detail", { Detail: "{n:1}" }, "MalformedDetail", "Detail is malformed."],
    ["an object in Detail", { Detail: "[1]" }, "MalformedDetail", "Detail is malformed."],
    [
      "a Detail less than 1,000 deep",
      { Detail: `${'{"a":'.repeat(1001)}1${"}".repeat(1001)}` },
      "MalformedDetail",
      "Detail is malformed.",
    ],
    [
      "a source of its own",
      { Source: "aws.ec2" },
      "NotAuthorizedForSourceException",
      "Not authorized for the source.",
    ],
    [
      "a bus that exists",
      { EventBusName: "nowhere" },
      "InvalidArgument",
      "Event bus nowhere does not exist.",
    ],
  ])(
    "fails an entry without %s alone, and accepts the others",
    async (_name, bad, code, message) => {
      await bus.route({ source: ["s"] });

      const { FailedEntryCount, Entries } = await bus.put(anEntry(), anEntry(bad), anEntry());

      expect(FailedEntryCount).toBe(1);
      expect(Entries).toEqual([
        { EventId: expect.any(String) },
        { ErrorCode: code, ErrorMessage: message },
        { EventId: expect.any(String) },
      ]);
      expect(await queues.receive("q")).toHaveLength(2);
    },
  );

  it("accepts ten entries and refuses eleven whole", async () => {
    await bus.route({ source: ["s"] });

    await expect(bus.put(...Array.from({ length: 11 }, () => anEntry()))).rejects.toMatchObject({
      name: "ValidationException",
    });
    expect(await queues.receive("q")).toEqual([]);
    expect((await bus.put(...Array.from({ length: 10 }, () => anEntry()))).FailedEntryCount).toBe(
      0,
    );
  });

  it("accepts 256 KB of entries, counted as AWS counts, and refuses a byte more whole", async () => {
    await bus.route({ source: ["s"] });
    const overhead = Buffer.byteLength('st{"n":""}');
    const sized = (bytes: number) =>
      anEntry({ Detail: JSON.stringify({ n: "é".repeat((bytes - overhead) / 2) }) });
    const half = 128 * 1024;

    expect((await bus.put(sized(half), sized(half))).FailedEntryCount).toBe(0);
    expect(await queues.receive("q")).toHaveLength(2);
    await expect(bus.put(sized(half), sized(half), anEntry())).rejects.toMatchObject({
      name: "ValidationException",
      message: "Total size of the entries in the request is over the limit.",
    });
    await expect(bus.put(sized(256 * 1024 + 2))).rejects.toThrow("over the limit");
    expect(await queues.receive("q")).toEqual([]);
  });

  it("answers for an entry what a test's fault says, and delivers it nowhere", async () => {
    bus = await startLocalBus(queues, {
      rejectEntry: ({ DetailType }) =>
        DetailType === "bad"
          ? { ErrorCode: "ThrottlingException", ErrorMessage: "slow" }
          : undefined,
    });
    await bus.route({ source: ["s"] });

    const { FailedEntryCount, Entries } = await bus.put(anEntry({ DetailType: "bad" }), anEntry());

    expect(FailedEntryCount).toBe(1);
    expect(Entries?.[0]).toEqual({ ErrorCode: "ThrottlingException", ErrorMessage: "slow" });
    expect(await queues.receive("q")).toHaveLength(1);
  });

  it("tries a queue again until it has accepted the event", async () => {
    let refusals = 3;
    const flaky = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      refusals -= 1;
      const answer =
        refusals >= 0
          ? new Response("{}", { status: 503 })
          : await fetch(queues.endpoint, {
              method: "POST",
              body: Buffer.concat(chunks),
              headers: {
                "content-type": "application/x-amz-json-1.0",
                "x-amz-target": String(request.headers["x-amz-target"]),
              },
            });
      response.writeHead(answer.status).end(await answer.text());
    });
    const port = await new Promise<unknown>((resolve) => {
      flaky.listen(0, "127.0.0.1", () => resolve(Object(flaky.address()).port));
    });
    queues.onClose(() => void flaky.close());
    bus = await startLocalBus(queues, {
      sqs: { ...account, endpoint: `http://127.0.0.1:${port}` },
    });
    await bus.route({ source: ["s"] });

    expect((await bus.put(anEntry())).FailedEntryCount).toBe(0);
    expect(await queues.receive("q")).toHaveLength(1);
  });

  it("reports an event no queue accepted as failed, so that it is sent again", async () => {
    await bus.route({ source: ["s"] }, { Arn: arn("no-such-queue") });
    await bus.route({ detail: { n: [2] } }, {}, { Rule: "sound" });

    const { Entries } = await bus.put(anEntry(), anEntry({ Source: "other", Detail: '{"n":2}' }));

    expect(Entries?.[0]?.ErrorCode).toBe("InternalFailure");
    expect(Entries?.[0]?.ErrorMessage).toContain("QueueDoesNotExist");
    expect(Entries?.[1]?.EventId).toEqual(expect.any(String));
    expect(await queues.receive("q")).toHaveLength(1);
  });

  it("answers what has come in before it closes, though clients keep connections", async () => {
    const arrived = Promise.withResolvers<void>();
    bus = await startLocalBus(queues, { rejectEntry: () => void arrived.resolve() });
    await bus.route({ source: ["s"] });

    const putting = bus.put(anEntry());
    await arrived.promise;
    const started = performance.now();
    await bus.close();

    expect(performance.now() - started).toBeLessThan(2_000);
    expect((await putting).FailedEntryCount).toBe(0);
    expect(await queues.receive("q")).toHaveLength(1);
  });
});
