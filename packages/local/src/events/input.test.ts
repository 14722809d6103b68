import type { Target } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anEntry, arn, type LocalBus, startLocalBus } from "../../test/local-bus.ts";
import { type LocalQueues, startLocalQueues } from "../../test/local-queues.ts";
import { messageGroupId } from "./input.ts";

const Detail = JSON.stringify({
  "a-b": 'say "hi"',
  n: 3,
  list: [{ id: 1 }, { id: 2 }],
  data: { account_id: "acct_42" },
});
let queues: LocalQueues;
let bus: LocalBus;

beforeEach(async () => {
  queues = await startLocalQueues();
  bus = await startLocalBus(queues);
  await queues.create("q");
});

afterEach(async () => queues.close());

async function inputOf(target: Partial<Target>): Promise<string | undefined> {
  await bus.route({ source: ["s"] }, target);
  await bus.put(anEntry({ Detail }));
  return (await queues.receive("q"))[0];
}

describe("the input of a target", () => {
  it("is the constant it was given", async () => {
    expect(await inputOf({ Input: '{"x": 1}' })).toBe('{"x": 1}');
  });

  it.each([
    ["$.detail.n", 3],
    ["$.detail.a-b", 'say "hi"'],
    ["$.detail.data", { account_id: "acct_42" }],
    ["$.detail.list[1].id", 2],
    ["$.detail.list[*].id", [1, 2]],
    ["$.source", "s"],
    ["$.detail.nothing.here", null],
    ["$.detail.__proto__", null],
  ])("is the part of the event at %s", async (InputPath, expected) => {
    expect(JSON.parse((await inputOf({ InputPath })) ?? "")).toEqual(expected);
  });

  it("is the template with each name as JSON outside quotes and as text inside", async () => {
    const InputTransformer = {
      InputPathsMap: { text: "$.detail.a-b", n: "$.detail.n", data: "$.detail.data" },
      InputTemplate:
        '{"text":<text>,"n":<n>,"data":<data>,"said":"<n> times <text>","in":"<data>"}',
    };

    expect(JSON.parse((await inputOf({ InputTransformer })) ?? "")).toEqual({
      text: 'say "hi"',
      n: 3,
      data: { account_id: "acct_42" },
      said: '3 times say "hi"',
      in: '{"account_id":"acct_42"}',
    });
  });

  it("is text when the template is a quoted sentence", async () => {
    const InputTransformer = {
      InputPathsMap: { n: "$.detail.n", none: "$.detail.none" },
      InputTemplate: '"<n> of \\"<none>\\""',
    };

    expect(await inputOf({ InputTransformer })).toBe('"3 of \\"\\""');
  });

  it("may name the rule and carry the whole event", async () => {
    const InputTransformer = {
      InputTemplate:
        '{"rule":<aws.events.rule-name>,"arn":"<aws.events.rule-arn>","at":<aws.events.event.ingestion-time>,"event":<aws.events.event.json>,"head":<aws.events.event>}',
    };

    const input = JSON.parse((await inputOf({ InputTransformer })) ?? "");

    expect(input).toMatchObject({
      rule: "rule",
      arn: "arn:aws:events:us-east-1:000000000000:rule/rule",
      event: { source: "s", detail: JSON.parse(Detail) },
      head: { source: "s" },
    });
    expect(input.head).not.toHaveProperty("detail");
    expect(Date.parse(input.at)).not.toBeNaN();
  });

  it.each([
    ["two inputs at once", { Input: "1", InputPath: "$" }],
    ["a constant that is no JSON", { Input: "{" }],
    ["a path in brackets and quotes", { InputPath: "$['detail']" }],
    ["a path from nowhere", { InputPath: "detail" }],
    ["a name the map lacks", { InputTransformer: { InputTemplate: "<n>" } }],
    [
      "a map with a bad path",
      { InputTransformer: { InputPathsMap: { n: "$..n" }, InputTemplate: "<n>" } },
    ],
  ] satisfies [string, Partial<Target>][])("is refused for %s", async (_name, target) => {
    await expect(bus.route({ source: ["s"] }, target)).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});

describe("the message group of a target", () => {
  const delivery = {
    event: { detail: JSON.parse(Detail) },
    text: "",
    ruleName: "",
    ruleArn: "",
    ingestedAt: "",
  };
  const groupOf = (MessageGroupId: string) =>
    messageGroupId({ Id: "t", Arn: arn("q"), SqsParameters: { MessageGroupId } }, delivery);

  it("is a constant, or what its path finds as text", () => {
    expect(groupOf("fixed")).toBe("fixed");
    expect(groupOf("$.detail.data.account_id")).toBe("acct_42");
    expect(groupOf("$.detail.n")).toBeUndefined();
    expect(groupOf("$.detail.none")).toBeUndefined();
  });

  it("reaches the queue", async () => {
    // fauxqs tells the group of FIFO messages only.
    const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true" };
    await queues.client.send(new CreateQueueCommand({ QueueName: "q.fifo", Attributes }));
    await bus.route(
      { source: ["s"] },
      { Arn: arn("q.fifo"), SqsParameters: { MessageGroupId: "$.detail.data.account_id" } },
    );

    await bus.put(anEntry({ Detail }));

    const { Messages } = await queues.client.send(
      new ReceiveMessageCommand({
        QueueUrl: queues.url("q.fifo"),
        MessageSystemAttributeNames: ["MessageGroupId"],
      }),
    );
    expect(Messages?.[0]?.Attributes).toEqual({ MessageGroupId: "acct_42" });
  });
});
