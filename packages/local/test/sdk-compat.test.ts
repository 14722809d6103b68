import {
  ACTION_APPROVED_TRANSFORMER,
  ActionApproved,
  parseOutcome,
  toActionApproved,
} from "@autonomy-gate/core/sdk";
import { ACTION_APPROVED_EVENT } from "@autonomy-gate/core/topology";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { outcomeOf } from "../../core/src/outcome/outcome.ts";
import { intents, permissiveSnapshots } from "../../core/test/arbitraries.ts";
import { aRecord } from "../../core/test/fixtures.ts";
import { arn, type LocalBus, startLocalBus } from "./local-bus.ts";
import { type LocalQueues, startLocalQueues } from "./local-queues.ts";

let queues: LocalQueues;
let bus: LocalBus;

beforeAll(async () => {
  queues = await startLocalQueues();
  bus = await startLocalBus(queues);
  await queues.create("q");
  await queues.create("whole");
  await queues.create("deployed");
  const approvals = { source: ["autonomy.gate"], "detail-type": ["ActionAutoApproved"] };
  await bus.route(approvals, { InputTransformer: ACTION_APPROVED_TRANSFORMER });
  await bus.route(approvals, { Id: "whole", Arn: arn("whole") }, { Rule: "whole" });
  const { inputPaths, inputTemplate } = ACTION_APPROVED_EVENT;
  await bus.route(
    approvals,
    {
      Arn: arn("deployed"),
      InputTransformer: { InputPathsMap: inputPaths, InputTemplate: inputTemplate },
    },
    { Rule: "deployed" },
  );
});

afterAll(async () => queues.close());

test("EventBridge turns an automatic approval into the same five fields as the function", async () => {
  const outcomes = fc
    .sample(fc.tuple(intents, permissiveSnapshots), 200)
    .map(([intent, snapshot]) => outcomeOf(aRecord(intent, snapshot), JSON.stringify(intent)));
  const approvals = outcomes.filter(({ detailType }) => detailType === "ActionAutoApproved");
  expect(approvals.length).toBeGreaterThan(10);

  for (const { detailType, detail } of outcomes) {
    await bus.put({ Source: "autonomy.gate", DetailType: detailType, Detail: detail });
  }
  const transformed = await all("q");
  const whole = await all("whole");

  expect(transformed).toHaveLength(approvals.length);
  const expected = whole.map((body) => {
    const outcome = parseOutcome(body);
    if (outcome["detail-type"] !== "ActionAutoApproved") return expect.unreachable();
    return toActionApproved(outcome.detail);
  });
  expect(transformed.map((body) => ActionApproved.parse(JSON.parse(body)))).toEqual(expected);
  // To the letter, in both ways: nothing is added that a strict reader would refuse.
  expect(transformed).toEqual(expected.map((approved) => JSON.stringify(approved)));
  const deployed = (await all("deployed")).map((body) => JSON.parse(body));
  expect(deployed.map(({ detail }) => ActionApproved.parse(detail))).toEqual(expected);
  expect(new Set(deployed.map((event) => event["detail-type"]))).toEqual(
    new Set(["ACTION_APPROVED"]),
  );
});

async function all(queue: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const more = await queues.receive(queue);
    if (more.length === 0) return bodies;
    bodies.push(...more);
  }
}
