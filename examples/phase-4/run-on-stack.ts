import { readFile } from "node:fs/promises";
import { join } from "node:path";
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
import { type Execute, handleMessage, type Phase4 } from "./subscriber.ts";

const NAME = "phase-4";
const LEASE_SECONDS = 30;
const PATTERN = join(import.meta.dirname, "../../contracts/rule-patterns/auto-approved.json");

const Pattern = z.object({ source: z.array(z.string()), "detail-type": z.array(z.string()) });

/** Runs the subscriber on a local stack until it is stopped: rule, queue and table are its own. */
export async function runPhase4(
  stack: StackFile,
  execute: Execute,
  stop: AbortSignal,
  subscribed: () => void = () => {},
): Promise<void> {
  const clients = connect(stack);
  try {
    const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: NAME }));
    const queueUrl = z.string().parse(QueueUrl);
    await createTable(clients.dynamodb);
    const pattern = Pattern.parse(JSON.parse(await readFile(PATTERN, "utf8")));
    await subscribe(clients, { bus: stack.events.bus, rule: NAME, pattern, queueUrl });
    subscribed();
    const nowSeconds = () => Date.now() / 1_000;
    const options = { table: NAME, leaseSeconds: LEASE_SECONDS, nowSeconds };
    const phase4 = { documents: clients.documents, execute, once: options };
    while (!stop.aborted) await receive(clients, queueUrl, phase4);
  } finally {
    clients.destroy();
  }
}

async function receive({ sqs }: StackClients, QueueUrl: string, phase4: Phase4): Promise<void> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  for (const { Body = "", ReceiptHandle } of Messages) {
    const result = await handleMessage(Body, phase4);
    if (result === "in work") continue;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
}

async function createTable(client: ReturnType<typeof connect>["dynamodb"]): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: NAME,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "event_id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "event_id", AttributeType: "S" }],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}
