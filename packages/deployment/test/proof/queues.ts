import { MESSAGE_BYTES_MAX, QUEUES } from "@autonomy-gate/core/topology";
import * as z from "zod";
import { ofType, text } from "../synthesis/find.ts";
import type { Synthesis } from "../synthesis/synthesis.ts";
import { type Check, differences } from "./check.ts";

const RedrivePolicy = z.strictObject({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.int().min(1),
});

/** Every queue has a dead letter queue, or is one, or is the quarantine: kept for people. */
export const everyQueueHasDeadLetters: Check = (synthesis) => {
  const queues = ofType(synthesis, "sqs/queue:Queue");
  const redrives = queues.flatMap(redrivePolicy);
  const targets = new Set(redrives.map(({ deadLetterTargetArn }) => deadLetterTargetArn));
  const arns = new Set(queues.map((queue) => text(queue, "arn")));
  const without = queues.filter(
    (queue) =>
      redrivePolicy(queue).length === 0 &&
      !targets.has(text(queue, "arn")) &&
      queue.name !== "AutonomyQuarantineQueue",
  );
  return [
    ...without.map(({ name }) => `${name} has no dead letter queue and is none`),
    ...[...targets].filter((arn) => !arns.has(arn)).map((arn) => `${arn} is no queue of the stage`),
  ];
};

function redrivePolicy({ inputs }: { readonly inputs: Readonly<Record<string, unknown>> }) {
  return inputs.redrivePolicy === undefined
    ? []
    : [RedrivePolicy.parse(JSON.parse(z.string().parse(inputs.redrivePolicy)))];
}

/** Times, receives, message size and encryption as the topology says. */
export const queuesAreAsDesigned: Check = (synthesis) => {
  const designed: Record<string, object> = {
    AutonomyIntentsQueue: QUEUES.intents,
    AutonomyIntentsDlqQueue: QUEUES.intentsDlq,
    AutonomyQuarantineQueue: QUEUES.quarantine,
    ...subscribers(synthesis),
  };
  return ofType(synthesis, "sqs/queue:Queue").flatMap((queue) => {
    const {
      visibilityTimeoutSeconds,
      messageRetentionSeconds,
      maxMessageSize,
      sqsManagedSseEnabled,
    } = queue.inputs;
    const [redrive] = redrivePolicy(queue);
    return differences(
      queue.name,
      {
        visibilityTimeoutSeconds,
        messageRetentionSeconds,
        maxMessageSize,
        sqsManagedSseEnabled,
        ...(redrive === undefined ? {} : { maxReceiveCount: redrive.maxReceiveCount }),
      },
      {
        ...designed[queue.name],
        maxMessageSize: MESSAGE_BYTES_MAX,
        sqsManagedSseEnabled: true,
      },
    );
  });
};

function subscribers(synthesis: Synthesis): Record<string, object> {
  const examples = ["AutonomyPhase4", "AutonomyApprovalUi", "AutonomyActionApproved"];
  const present = new Set(synthesis.resources.map(({ name }) => name));
  return Object.fromEntries(
    examples
      .filter((name) => present.has(name))
      .flatMap((name) => [
        [`${name}Queue`, QUEUES.subscriber],
        [`${name}DlqQueue`, QUEUES.intentsDlq],
      ]),
  );
}
