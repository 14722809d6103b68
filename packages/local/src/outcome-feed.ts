import { randomUUID } from "node:crypto";
import { OUTCOME_RULE_PATTERN } from "@autonomy-gate/core/topology";
import {
  DeleteRuleCommand,
  ListRulesCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  ListQueuesCommand,
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

const NAME_PREFIX = "feed-";

/** What a feed does not read for so long is not kept: its process may have been killed. */
const RETENTION_SECONDS = 3_600;

export async function openOutcomeFeed(
  clients: StackClients,
  stack: StackFile,
): Promise<OutcomeFeed> {
  const name = `${NAME_PREFIX}${randomUUID()}`;
  const { bus } = stack.events;
  const { QueueUrl } = await clients.sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { MessageRetentionPeriod: String(RETENTION_SECONDS) },
    }),
  );
  const queueUrl = z.string().parse(QueueUrl);
  await subscribe(clients, { bus, rule: name, pattern: OUTCOME_RULE_PATTERN, queueUrl });
  return {
    next: () => receive(clients, queueUrl),
    close: async () => {
      await removeRule(clients, bus, name);
      await clients.sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    },
  };
}

async function removeRule(
  { events }: StackClients,
  EventBusName: string,
  rule: string,
): Promise<void> {
  await events.send(new RemoveTargetsCommand({ Rule: rule, EventBusName, Ids: ["queue"] }));
  await events.send(new DeleteRuleCommand({ Name: rule, EventBusName }));
}

/** Removes what feeds of an earlier start left behind. Only while nobody else uses the stack. */
export async function closeFormerFeeds(clients: StackClients, bus: string): Promise<void> {
  const { Rules = [] } = await clients.events.send(
    new ListRulesCommand({ EventBusName: bus, NamePrefix: NAME_PREFIX }),
  );
  for (const { Name = "" } of Rules) await removeRule(clients, bus, Name);
  const { QueueUrls = [] } = await clients.sqs.send(
    new ListQueuesCommand({ QueueNamePrefix: NAME_PREFIX }),
  );
  for (const QueueUrl of QueueUrls) await clients.sqs.send(new DeleteQueueCommand({ QueueUrl }));
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
