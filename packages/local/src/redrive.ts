import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/**
 * Moves what is in one queue to another, each message sent before it is deleted: a crash between
 * the two leaves it in both, never in neither. (On AWS: StartMessageMoveTask.)
 *
 * @returns how many were moved
 */
export async function redrive(client: SQSClient, fromUrl: string, toUrl: string): Promise<number> {
  let moved = 0;
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: fromUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) return moved;
    await Promise.all(Messages.map((message) => move(client, message, fromUrl, toUrl)));
    moved += Messages.length;
  }
}

async function move(
  client: SQSClient,
  { Body, MessageAttributes, ReceiptHandle }: Message,
  fromUrl: string,
  toUrl: string,
): Promise<void> {
  await client.send(
    new SendMessageCommand({ QueueUrl: toUrl, MessageBody: Body, MessageAttributes }),
  );
  await client.send(new DeleteMessageCommand({ QueueUrl: fromUrl, ReceiptHandle }));
}
