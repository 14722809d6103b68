import {
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DisableRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anEntry, arn, type LocalBus, startLocalBus } from "../../test/local-bus.ts";
import { type LocalQueues, startLocalQueues } from "../../test/local-queues.ts";
import { OTHER_LOOPBACKS, reachableAt } from "../../test/reachable.ts";

const EventPattern = '{"source":["s"]}';
let queues: LocalQueues;
let bus: LocalBus;

beforeEach(async () => {
  queues = await startLocalQueues();
  bus = await startLocalBus(queues);
  await queues.create("q");
});

afterEach(async () => queues.close());

describe("event buses", () => {
  it("exist by name and ARN once created, `default` from the start", async () => {
    const { EventBusArn } = await bus.client.send(new CreateEventBusCommand({ Name: "b" }));

    expect(EventBusArn).toBe("arn:aws:events:us-east-1:000000000000:event-bus/b");
    for (const Name of ["b", EventBusArn]) {
      expect(await bus.client.send(new DescribeEventBusCommand({ Name }))).toMatchObject({
        Name: "b",
        Arn: EventBusArn,
      });
    }
    expect(await bus.client.send(new DescribeEventBusCommand({}))).toMatchObject({
      Name: "default",
    });
  });

  it("keep their events to their own rules", async () => {
    await bus.client.send(new CreateEventBusCommand({ Name: "b" }));
    await bus.route({ source: ["s"] }, { Input: '"default"' });
    await bus.route({ source: ["s"] }, { Input: '"b"' }, { EventBusName: "b" });

    await bus.put(anEntry({ EventBusName: "b" }));

    expect(await queues.receive("q")).toEqual(['"b"']);
  });

  it("are refused twice, and unknown ones are not found", async () => {
    await bus.client.send(new CreateEventBusCommand({ Name: "b" }));

    await expect(bus.client.send(new CreateEventBusCommand({ Name: "b" }))).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
    });
    await expect(bus.client.send(new DescribeEventBusCommand({ Name: "x" }))).rejects.toMatchObject(
      { name: "ResourceNotFoundException" },
    );
    await expect(
      bus.client.send(new PutRuleCommand({ Name: "r", EventBusName: "x", EventPattern })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("rules", () => {
  it("replace their pattern and keep their targets when put again", async () => {
    await bus.route({ source: ["other"] });

    await bus.client.send(new PutRuleCommand({ Name: "rule", EventPattern }));
    await bus.put(anEntry(), anEntry({ Source: "other" }));

    expect(await queues.receive("q")).toHaveLength(1);
  });

  it("send nothing while disabled", async () => {
    await bus.route({ source: ["s"] });
    await bus.client.send(new PutRuleCommand({ Name: "rule", EventPattern, State: "DISABLED" }));

    await bus.put(anEntry());

    expect(await queues.receive("q")).toEqual([]);
  });

  it("are listed with what was put, by prefix and in pages", async () => {
    for (const Name of ["a1", "a2", "b1"]) {
      await bus.client.send(new PutRuleCommand({ Name, EventPattern, Description: "d" }));
    }

    const first = await bus.client.send(new ListRulesCommand({ NamePrefix: "a", Limit: 1 }));
    const second = await bus.client.send(
      new ListRulesCommand({ NamePrefix: "a", Limit: 1, NextToken: first.NextToken }),
    );

    expect(first.Rules).toEqual([
      {
        Name: "a1",
        Arn: "arn:aws:events:us-east-1:000000000000:rule/a1",
        EventBusName: "default",
        EventPattern,
        State: "ENABLED",
        Description: "d",
      },
    ]);
    expect(second.Rules?.map(({ Name }) => Name)).toEqual(["a2"]);
    expect(second.NextToken).toBeUndefined();
  });

  it.each([
    ["no JSON", "{", "InvalidEventPatternException"],
    ["no pattern", '{"a":1}', "InvalidEventPatternException"],
    ["longer than 4,096", `{"a":["${"x".repeat(4_096)}"]}`, "ValidationException"],
    ["absent", undefined, "ValidationException"],
  ])("are refused when their pattern is %s", async (_name, pattern, code) => {
    await expect(
      bus.client.send(new PutRuleCommand({ Name: "r", EventPattern: pattern })),
    ).rejects.toMatchObject({ name: code });
  });

  it("are deleted only without targets, and send nothing afterwards", async () => {
    await bus.route({ source: ["s"] });
    const remove = new DeleteRuleCommand({ Name: "rule" });

    await expect(bus.client.send(remove)).rejects.toThrow("has targets");
    await bus.client.send(new RemoveTargetsCommand({ Rule: "rule", Ids: ["t"] }));
    await bus.client.send(remove);
    await bus.client.send(remove);
    await bus.put(anEntry());

    expect((await bus.client.send(new ListRulesCommand({}))).Rules).toEqual([]);
    expect(await queues.receive("q")).toEqual([]);
  });
});

describe("targets", () => {
  it("are listed as put, the last one put under an id, until removed", async () => {
    await bus.route({ source: ["s"] }, { Input: '"old"' });
    await bus.route({ source: ["s"] }, { Input: '"new"' });
    await bus.route({ source: ["s"] }, { Id: "u" });
    const list = new ListTargetsByRuleCommand({ Rule: "rule" });

    expect((await bus.client.send(list)).Targets).toEqual([
      { Id: "t", Arn: arn("q"), Input: '"new"' },
      { Id: "u", Arn: arn("q") },
    ]);
    await bus.client.send(new RemoveTargetsCommand({ Rule: "rule", Ids: ["t", "unknown"] }));
    expect((await bus.client.send(list)).Targets?.map(({ Id }) => Id)).toEqual(["u"]);
  });

  it("are refused for a rule that is not there", async () => {
    await expect(
      bus.client.send(new PutTargetsCommand({ Rule: "r", Targets: [{ Id: "t", Arn: arn("q") }] })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("are at most five a rule", async () => {
    await bus.client.send(new PutRuleCommand({ Name: "r", EventPattern }));
    const Targets = [..."abcdef"].map((Id) => ({ Id, Arn: arn("q") }));

    await bus.client.send(new PutTargetsCommand({ Rule: "r", Targets: Targets.slice(0, 5) }));
    await expect(
      bus.client.send(new PutTargetsCommand({ Rule: "r", Targets: Targets.slice(5) })),
    ).rejects.toMatchObject({ name: "LimitExceededException" });
  });

  it("are queues only", async () => {
    await expect(
      bus.route({ source: ["s"] }, { Arn: "arn:aws:lambda:us-east-1:000000000000:function:f" }),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("what is not served", () => {
  const target = { Id: "t", Arn: arn("q") };

  it.each([
    ["RetryPolicy", { RetryPolicy: { MaximumRetryAttempts: 1 } }],
    ["DeadLetterConfig", { DeadLetterConfig: { Arn: arn("q") } }],
    ["RoleArn", { RoleArn: "arn:aws:iam::000000000000:role/r" }],
    ["EcsParameters", { EcsParameters: { TaskDefinitionArn: "arn" } }],
  ])("OUT-16: of a target is refused by name, and nothing is put: %s", async (name, more) => {
    await bus.client.send(new PutRuleCommand({ Name: "r", EventPattern }));
    await expect(
      bus.client.send(new PutTargetsCommand({ Rule: "r", Targets: [{ ...target, ...more }] })),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: `This stand-in does not serve: Targets.0.${name}`,
    });
    const { Targets } = await bus.client.send(new ListTargetsByRuleCommand({ Rule: "r" }));
    expect(Targets).toEqual([]);
  });

  it("OUT-16: of any other request is refused by name", async () => {
    const requests = [
      () => bus.client.send(new PutRuleCommand({ Name: "r", EventPattern, RoleArn: "arn" })),
      () => bus.client.send(new CreateEventBusCommand({ Name: "b", KmsKeyIdentifier: "key" })),
      () => bus.client.send(new DeleteRuleCommand({ Name: "r", Force: true })),
      () => bus.put(anEntry({ TraceHeader: "trace" })),
    ];
    for (const request of requests) {
      await expect(request()).rejects.toThrow("This stand-in does not serve: ");
    }
  });
});

const AN_EVENT = {
  id: "e",
  account: "000000000000",
  source: "s",
  time: "2026-11-28T09:00:00Z",
  region: "us-east-1",
  resources: [],
  "detail-type": "t",
};

function testEvent(event: object | string) {
  const Event = typeof event === "string" ? event : JSON.stringify(event);
  return bus.client.send(new TestEventPatternCommand({ EventPattern, Event }));
}

describe("TestEventPattern", () => {
  it("says whether the pattern matches", async () => {
    expect((await testEvent(AN_EVENT)).Result).toBe(true);
    expect((await testEvent({ ...AN_EVENT, source: "other" })).Result).toBe(false);
  });

  it.each([
    ["no JSON", "{", "Event is not JSON"],
    ["no object", "[]", "Event: "],
    ...Object.keys(AN_EVENT).map((name) => [
      `without ${name}`,
      JSON.stringify({ ...AN_EVENT, [name]: undefined }),
      `${name}: `,
    ]),
    ["of a time that is none", JSON.stringify({ ...AN_EVENT, time: "yesterday" }), "time: "],
    [
      "with resources that are no list",
      JSON.stringify({ ...AN_EVENT, resources: "r" }),
      "resources: ",
    ],
  ])("OUT-16: refuses an event %s", async (_, Event, reason) => {
    await expect(testEvent(Event)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(`Parameter Event is not valid. Reason: ${reason}`),
    });
  });

  it("refuses a malformed pattern with AWS's error", async () => {
    await expect(
      bus.client.send(
        new TestEventPatternCommand({ EventPattern: '{"a":[]}', Event: JSON.stringify(AN_EVENT) }),
      ),
    ).rejects.toMatchObject({
      name: "InvalidEventPatternException",
      message: "Event pattern is not valid. Reason: Empty arrays are not allowed",
    });
  });
});

describe("the endpoint", () => {
  it("listens on 127.0.0.1 only", async () => {
    expect(await reachableAt("127.0.0.1", bus.endpoint)).toBe(true);
    for (const host of OTHER_LOOPBACKS) {
      expect(await reachableAt(host, bus.endpoint), host).toBe(false);
    }
  });

  it("names an operation it does not serve", async () => {
    await expect(bus.client.send(new DisableRuleCommand({ Name: "r" }))).rejects.toMatchObject({
      name: "UnknownOperationException",
    });
  });

  it.each([
    ["a body that is no JSON", "{", 400],
    ["a body of another shape", "[]", 400],
    ["a body beyond any request", `"${"x".repeat(2 * 1024 * 1024)}"`, 400],
  ])("refuses %s and goes on", async (_name, body, status) => {
    const headers = { "x-amz-target": "AWSEvents.PutEvents" };

    expect((await fetch(bus.endpoint, { method: "POST", headers, body })).status).toBe(status);
    expect((await bus.put(anEntry())).FailedEntryCount).toBe(0);
  });
});
