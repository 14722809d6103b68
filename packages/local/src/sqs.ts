import { MESSAGE_BYTES_MAX, QUEUES } from "@autonomy-gate/core/topology";
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";
import * as z from "zod";

/** SQS on this machine: fauxqs behind the ordinary SDK client, on 127.0.0.1 only. */
export interface LocalSqs {
  readonly endpoint: string;
  /** Ends every connection. Long polls must have been answered before: drain, never abort. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Answers that name queues do so under these two fields. */
const answerWithUrls = z.looseObject({
  QueueUrl: z.string().optional(),
  QueueUrls: z.array(z.string()).optional(),
});

/** `port` 0 (the default) takes any free one. */
export async function startSqs({ port = 0 }: { readonly port?: number } = {}): Promise<LocalSqs> {
  const app = buildApp({ logger: false });
  const origin = { current: "" };
  // fauxqs names queues under sqs.<region>.localhost, which does not resolve everywhere. It finds
  // them again by the path alone, so every URL that leaves may carry the address we listen on.
  app.addHook("preSerialization", async (_request, _reply, payload) => {
    const answer = answerWithUrls.safeParse(payload);
    return answer.success ? { ...answer.data, ...urlsAt(origin.current, answer.data) } : payload;
  });
  origin.current = await app.listen({ port, host: HOST });
  return { endpoint: origin.current, close: async () => app.close() };
}

function urlsAt(origin: string, answer: z.infer<typeof answerWithUrls>) {
  return {
    ...(answer.QueueUrl !== undefined && { QueueUrl: urlAt(origin, answer.QueueUrl) }),
    ...(answer.QueueUrls && { QueueUrls: answer.QueueUrls.map((url) => urlAt(origin, url)) }),
  };
}

function urlAt(origin: string, url: string): string {
  return new URL(new URL(url).pathname, origin).href;
}

/** The queues of one machine, by the names of the stack file. */
export interface QueueUrls {
  readonly intents: string;
  readonly intents_dlq: string;
  readonly quarantine: string;
  /** A subscriber's queue: what Phase 4 or an approval screen would have. */
  readonly outcomes: string;
}

export interface QueueOverrides {
  /** Seconds a received intent stays hidden; AWS's setting when absent. */
  readonly visibilityTimeoutSeconds?: number;
}

/** Makes the queues as deployed, or finds them as they are. */
export async function createQueues(
  client: SQSClient,
  { visibilityTimeoutSeconds = QUEUES.intents.visibilityTimeoutSeconds }: QueueOverrides = {},
): Promise<QueueUrls> {
  const intentsDlq = await createQueue(client, "intents_dlq", QUEUES.intentsDlq);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: intentsDlq, AttributeNames: ["QueueArn"] }),
  );
  const redrivePolicy = {
    deadLetterTargetArn: z.string().parse(Attributes?.QueueArn),
    maxReceiveCount: QUEUES.intents.maxReceiveCount,
  };
  return {
    intents_dlq: intentsDlq,
    intents: await createQueue(
      client,
      "intents",
      { ...QUEUES.intents, visibilityTimeoutSeconds },
      { RedrivePolicy: JSON.stringify(redrivePolicy) },
    ),
    quarantine: await createQueue(client, "quarantine", QUEUES.quarantine),
    outcomes: await createQueue(client, "outcomes", QUEUES.quarantine),
  };
}

async function createQueue(
  client: SQSClient,
  name: string,
  settings: {
    readonly visibilityTimeoutSeconds: number;
    readonly messageRetentionSeconds: number;
  },
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { QueueUrl } = await client.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: {
        VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
        MessageRetentionPeriod: String(settings.messageRetentionSeconds),
        MaximumMessageSize: String(MESSAGE_BYTES_MAX),
        ...more,
      },
    }),
  );
  return z.string().parse(QueueUrl);
}
