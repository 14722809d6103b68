import type { DecisionRecord } from "@autonomy-gate/core/gate";
import type { AccountId } from "@autonomy-gate/core/ids";
import { recordFrom } from "@autonomy-gate/core/store";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { type DynamoDBDocumentClient, paginateScan } from "@aws-sdk/lib-dynamodb";
import type { StackFile } from "../../src/stack-file.ts";

type Item = Record<string, unknown>;

/** Everything in a table. */
export async function allItems(client: DynamoDBDocumentClient, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    items.push(...(page.Items ?? []));
  }
  return items;
}

/** Every recorded decision. Throws when one cannot be read. */
export async function allDecisions(
  client: DynamoDBDocumentClient,
  { dynamodb: { tables } }: StackFile,
): Promise<DecisionRecord[]> {
  const items = await allItems(client, tables.ledger);
  return items
    .filter(({ sk }) => String(sk).startsWith("DECISION#"))
    .map((item) => {
      const stored = recordFrom(item);
      if (stored.status !== "readable") throw new Error(`${String(item.sk)} cannot be read.`);
      return stored.value;
    });
}

/** How many decisions of an account ran by themselves so far. */
export async function automaticCount(
  client: DynamoDBDocumentClient,
  stack: StackFile,
  accountId: AccountId,
): Promise<number> {
  const decisions = await allDecisions(client, stack);
  return decisions.filter(
    ({ account_id, decision }) => account_id === accountId && decision === "AUTO_EXECUTE",
  ).length;
}

/** Takes every message off a queue that nobody else reads. */
export async function allBodies(client: SQSClient, QueueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.flatMap(({ Body }) => Body ?? []));
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
}
