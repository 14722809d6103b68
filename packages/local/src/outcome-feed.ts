import { randomUUID } from "node:crypto";
import { OUTCOME_RULE_PATTERN } from "@autonomy-gate/core/topology";
import { DeleteRuleCommand, RemoveTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import type { StackClients } from "./clients.ts";
import type { StackFile } from "./stack-file.ts";
import { subscribe } from "./subscribe.ts";

/** What a person wants to see of an outcome. */
export const SeenOutcome = z.object({
  "detail-type": z.string(),
  detail: z.object({
    data: z.object({
      action_intent_id: z.string(),
      tenant_id: z.string(),
      account_id: z.string(),
      action_type: z.string().nullable(),
      decision: z.enum(["AUTO_EXECUTE", "REQUIRE_APPROVAL", "BLOCK"]),
      reason: z.string(),
      explanation: z.string(),
      reasons: z.array(z.object({ reason: z.string() })),
    }),
  }),
});
export type SeenOutcome = z.infer<typeof SeenOutcome>["detail"]["data"];

/** A subscriber of its own on a running stack: it takes nothing from anyone else's queue. */
export interface OutcomeFeed {
  /** Waits at most a second; empty when nothing came. */
  next(): Promise<readonly SeenOutcome[]>;
  /** Unsubscribes. */
  close(): Promise<void>;
}

export async function openOutcomeFeed(
  clients: StackClients,
  stack: StackFile,
): Promise<OutcomeFeed> {
  const name = `feed-${randomUUID()}`;
  const { bus } = stack.events;
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: name }));
  const queueUrl = z.string().parse(QueueUrl);
  await subscribe(clients, { bus, rule: name, pattern: OUTCOME_RULE_PATTERN, queueUrl });
  return {
    next: () => receive(clients, queueUrl),
    close: async () => {
      const rule = { Rule: name, EventBusName: bus };
      await clients.events.send(new RemoveTargetsCommand({ ...rule, Ids: ["queue"] }));
      await clients.events.send(new DeleteRuleCommand({ Name: name, EventBusName: bus }));
      await clients.sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    },
  };
}

async function receive({ sqs }: StackClients, QueueUrl: string): Promise<readonly SeenOutcome[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  if (Messages.length === 0) return [];
  await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl,
      Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    }),
  );
  return Messages.map(({ Body }) => SeenOutcome.parse(JSON.parse(Body ?? "")).detail.data);
}
