import type { RulePattern } from "@autonomy-gate/core/topology";
import { notOverTls } from "./tls.ts";

/** A rule's way into one queue. */
export interface DeliveryArgs {
  readonly bus: sst.aws.Bus;
  readonly pattern: RulePattern;
  readonly queue: sst.aws.Queue;
  /** Takes what EventBridge could not put into the queue in 24 hours. */
  readonly deadLetters: sst.aws.Queue;
  /** JSON path of the event by which the queue is shared out fairly; absent: first come, first served. */
  readonly fairBy?: string;
  readonly inputTransformer?: {
    readonly inputPaths: Readonly<Record<string, string>>;
    readonly inputTemplate: string;
  };
}

/** Delivers what matches a pattern to a queue; this rule alone may write to the queue. */
export function deliverToQueue(name: string, args: DeliveryArgs): aws.cloudwatch.EventRule {
  const { bus, pattern, queue, deadLetters, fairBy, inputTransformer } = args;
  const rule = new aws.cloudwatch.EventRule(`${name}Rule`, {
    eventBusName: bus.name,
    eventPattern: JSON.stringify(pattern),
  });
  new aws.cloudwatch.EventTarget(`${name}Target`, {
    eventBusName: bus.name,
    rule: rule.name,
    arn: queue.arn,
    deadLetterConfig: { arn: deadLetters.arn },
    ...(fairBy === undefined ? {} : { sqsTarget: { messageGroupId: fairBy } }),
    ...(inputTransformer === undefined
      ? {}
      : {
          inputTransformer: {
            inputPaths: { ...inputTransformer.inputPaths },
            inputTemplate: inputTransformer.inputTemplate,
          },
        }),
  });
  allowRule(`${name}Queue`, queue, rule);
  allowRule(`${name}DeadLetters`, deadLetters, rule);
  return rule;
}

function allowRule(name: string, queue: sst.aws.Queue, rule: aws.cloudwatch.EventRule): void {
  new aws.sqs.QueuePolicy(`${name}Policy`, {
    queueUrl: queue.url,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [
        {
          sid: "ThisRuleAlone",
          principals: [{ type: "Service", identifiers: ["events.amazonaws.com"] }],
          actions: ["sqs:SendMessage"],
          resources: [queue.arn],
          conditions: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [rule.arn] }],
        },
        notOverTls(["sqs:*"], queue.arn),
      ],
    }).json,
  });
}
