import type { RulePattern } from "@autonomy-gate/core/topology";
import {
  type EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";

/** A rule on a bus with one queue behind it. */
export interface Subscription {
  readonly bus: string;
  readonly rule: string;
  readonly pattern: RulePattern;
  readonly queueUrl: string;
}

/** Sends what matches a pattern to a queue, by the same calls as on AWS. */
export async function subscribe(
  { events, sqs }: { readonly events: EventBridgeClient; readonly sqs: SQSClient },
  { bus, rule, pattern, queueUrl }: Subscription,
): Promise<void> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["QueueArn"] }),
  );
  const Arn = z.string().parse(Attributes?.QueueArn);
  await events.send(
    new PutRuleCommand({ Name: rule, EventBusName: bus, EventPattern: JSON.stringify(pattern) }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: rule, EventBusName: bus, Targets: [{ Id: "queue", Arn }] }),
  );
}
