import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseOutcome } from "@autonomy-gate/core/sdk";
import { connect, type StackClients } from "@autonomy-gate/local/clients";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import { subscribe } from "@autonomy-gate/local/subscribe";
import { CreateTableCommand, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import { createInbox, type Inbox } from "./inbox.ts";
import { createUi, type Viewer } from "./server.ts";

const NAME = "approval-ui";
const PATTERN = join(import.meta.dirname, "../../contracts/rule-patterns/approval-required.json");

const Pattern = z.object({ source: z.array(z.string()), "detail-type": z.array(z.string()) });
const Address = z.object({ port: z.number() });

/** Serves the page on a local stack until it is stopped; `ready` hears its address. */
export async function runApprovalUi(
  stack: StackFile,
  viewer: Viewer,
  stop: AbortSignal,
  ready: (url: string) => void,
): Promise<void> {
  const clients = connect(stack);
  const inbox = createInbox(clients.documents, NAME, () => Date.now());
  const ui = createUi(inbox, viewer);
  try {
    const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: NAME }));
    const queueUrl = z.string().parse(QueueUrl);
    await createTable(clients);
    const pattern = Pattern.parse(JSON.parse(await readFile(PATTERN, "utf8")));
    await subscribe(clients, { bus: stack.events.bus, rule: NAME, pattern, queueUrl });
    await once(ui.listen(0, "127.0.0.1"), "listening");
    const address: AddressInfo | string | null = ui.address();
    ready(`http://127.0.0.1:${Address.parse(address).port}/`);
    while (!stop.aborted) await receive(clients, queueUrl, inbox);
  } finally {
    ui.close();
    clients.destroy();
  }
}

/** A message goes once its outcome is kept: kept twice is kept once. */
async function receive({ sqs }: StackClients, QueueUrl: string, inbox: Inbox): Promise<void> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  for (const { Body = "", ReceiptHandle } of Messages) {
    const outcome = parseOutcome(Body);
    if (outcome["detail-type"] === "ActionApprovalRequired") await inbox.receive(outcome);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
}

async function createTable({ dynamodb }: StackClients): Promise<void> {
  try {
    await dynamodb.send(
      new CreateTableCommand({
        TableName: NAME,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [
          { AttributeName: "tenant_id", KeyType: "HASH" },
          { AttributeName: "decision_id", KeyType: "RANGE" },
        ],
        AttributeDefinitions: [
          { AttributeName: "tenant_id", AttributeType: "S" },
          { AttributeName: "decision_id", AttributeType: "S" },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}
