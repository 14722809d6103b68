import { intentRulePattern, QUEUES } from "@autonomy-gate/core/topology";
import { deliverToQueue } from "./delivery.ts";
import { parkingQueue, queueWithDeadLetters } from "./queues.ts";
import type { Settings } from "./settings.ts";
import { notOverTls } from "./tls.ts";

export interface IntentQueues {
  /** Brings the intents from the bus. */
  readonly rule: aws.cloudwatch.EventRule;
  readonly intents: sst.aws.Queue;
  readonly deadLetters: sst.aws.Queue;
  /** What can never be decided, kept for people. */
  readonly quarantine: sst.aws.Queue;
}

/** Where intents wait for the gate, and where those end that it could not decide. */
export function createIntentQueues(
  bus: sst.aws.Bus,
  { intentSources, fairQueue }: Settings,
): IntentQueues {
  const { queue, deadLetters } = queueWithDeadLetters(
    "AutonomyIntents",
    QUEUES.intents,
    QUEUES.intentsDlq,
  );
  const rule = deliverToQueue("AutonomyIntents", {
    bus,
    pattern: intentRulePattern(intentSources),
    queue,
    deadLetters,
    ...(fairQueue ? { fairBy: "$.detail.data.account_id" } : {}),
  });
  const quarantine = parkingQueue("AutonomyQuarantine", QUEUES.quarantine);
  new aws.sqs.QueuePolicy("AutonomyQuarantinePolicy", {
    queueUrl: quarantine.url,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [notOverTls(["sqs:*"], quarantine.arn)],
    }).json,
  });
  return { rule, intents: queue, deadLetters, quarantine };
}
