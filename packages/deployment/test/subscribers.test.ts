import { connect } from "@autonomy-gate/local/clients";
import { startStack } from "@autonomy-gate/local/stack";
import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import * as z from "zod";
import { named } from "./synthesis/find.ts";
import { synthesise } from "./synthesis/synthesise.ts";

const Target = z.object({
  inputTransformer: z.object({
    inputPaths: z.record(z.string(), z.string()),
    inputTemplate: z.string(),
  }),
});

test("a system that waits for ACTION_APPROVED of cc-native receives just that", async () => {
  const { synthesis } = await synthesise({
    stage: "staging",
    environment: { AUTONOMY_EXAMPLE_SUBSCRIBERS: "true" },
  });
  const { inputTransformer } = Target.parse(
    named(synthesis, "AutonomyActionApprovedTarget").inputs,
  );
  const { eventPattern } = named(synthesis, "AutonomyActionApprovedRule").inputs;

  const received = await deliverThrough(z.string().parse(eventPattern), inputTransformer);

  expect(received).toEqual({
    id: expect.any(String),
    time: expect.any(String),
    source: "cc-native",
    "detail-type": "ACTION_APPROVED",
    detail: {
      data: {
        action_intent_id: "ai_1",
        tenant_id: "acme",
        account_id: "acct_42",
        approval_source: "POLICY",
        auto_executed: true,
      },
    },
  });
});

/** Sends an approval through a rule as synthesised, on the local stand-in for EventBridge. */
async function deliverThrough(
  EventPattern: string,
  { inputPaths, inputTemplate }: z.infer<typeof Target>["inputTransformer"],
): Promise<unknown> {
  const stack = await startStack({ ports: { dynamodb: 0, sqs: 0, events: 0, admin: 0 } });
  const { sqs, events, destroy } = connect(stack.description);
  try {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "approved" }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
    );
    const rule = { EventBusName: stack.description.events.bus };
    await events.send(new PutRuleCommand({ ...rule, Name: "approved", EventPattern }));
    const target = {
      Id: "queue",
      Arn: Attributes?.QueueArn,
      InputTransformer: { InputPathsMap: inputPaths, InputTemplate: inputTemplate },
    };
    await events.send(new PutTargetsCommand({ ...rule, Rule: "approved", Targets: [target] }));
    await events.send(approval(rule.EventBusName));
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }),
    );
    return JSON.parse(Messages[0]?.Body ?? "null");
  } finally {
    destroy();
    await stack.close();
  }
}

function approval(EventBusName: string): PutEventsCommand {
  const data = {
    action_intent_id: "ai_1",
    tenant_id: "acme",
    account_id: "acct_42",
    decision: "AUTO_EXECUTE",
    explanation: 'Says "yes"',
    approval_source: "POLICY",
    auto_executed: true,
  };
  const Detail = JSON.stringify({ metadata: { event_id: "dec_1" }, data });
  const entry = { EventBusName, Source: "autonomy.gate", DetailType: "ActionAutoApproved", Detail };
  return new PutEventsCommand({ Entries: [entry] });
}
