import { setTimeout as pause } from "node:timers/promises";
import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import * as z from "zod";

const POLL_MS = 50;

/**
 * Moves what is in a dead-letter queue to another queue, by the same calls as on AWS.
 *
 * @returns how many messages were moved
 */
export async function redrive(client: SQSClient, fromUrl: string, toUrl: string): Promise<number> {
  const [SourceArn, DestinationArn] = await Promise.all([
    arnOf(client, fromUrl),
    arnOf(client, toUrl),
  ]);
  await client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
  for (;;) {
    const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn }));
    const { Status, ApproximateNumberOfMessagesMoved = 0 } = Results[0] ?? {};
    if (Status === "COMPLETED") return ApproximateNumberOfMessagesMoved;
    if (Status !== "RUNNING") throw new Error(`The move of the messages ended as ${Status}.`);
    await pause(POLL_MS);
  }
}

async function arnOf(client: SQSClient, QueueUrl: string): Promise<string> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  return z.string().parse(Attributes?.QueueArn);
}
