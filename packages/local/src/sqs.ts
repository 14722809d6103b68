import { MESSAGE_BYTES_MAX, QUEUES } from "@autonomy-gate/core/topology";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import { type MessagesMax, removeExcess } from "./sqs/bounds.ts";
import { type Fauxqs, openFauxqs } from "./sqs/fauxqs.ts";
import { MoveTasks } from "./sqs/move-tasks.ts";
import { type AddedOperation, addedOperations } from "./sqs/operations.ts";
import { refuseUnserved } from "./sqs/served-fields.ts";
import { SqsError } from "./sqs/sqs-error.ts";

/** SQS on this machine: fauxqs behind the ordinary SDK client, on 127.0.0.1 only. */
export interface LocalSqs {
  readonly endpoint: string;
  /** Ends every connection. Long polls must have been answered before: drain, never abort. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Answers that name queues do so under these fields. */
const answerWithUrls = z.looseObject({
  QueueUrl: z.string().optional(),
  QueueUrls: z.array(z.string()).optional(),
  queueUrls: z.array(z.string()).optional(),
});

export interface SqsInput {
  /** 0 (the default) takes any free one. */
  readonly port?: number;
  /** Where queues and messages are kept; absent: in memory. */
  readonly folder?: string | undefined;
  readonly messagesMax?: MessagesMax;
}

export async function startSqs(input: SqsInput = {}): Promise<LocalSqs> {
  const { port = 0, folder, messagesMax = {} } = input;
  const { app, store, closeDatabase } = await openFauxqs(folder);
  const tasks = new MoveTasks(store);
  refuseOtherProtocols(app);
  app.addHook("preHandler", async () => removeExcess(store, messagesMax, Date.now()));
  serveAdded(app, addedOperations(store, tasks));
  const origin = { current: "" };
  // fauxqs names queues under sqs.<region>.localhost, which does not resolve everywhere. It finds
  // them again by the path alone, so every URL that leaves may carry the address we listen on.
  app.addHook("preSerialization", async (_request, _reply, payload) => {
    const answer = answerWithUrls.safeParse(payload);
    return answer.success ? { ...answer.data, ...urlsAt(origin.current, answer.data) } : payload;
  });
  try {
    origin.current = await app.listen({ port, host: HOST });
  } catch (error) {
    closeDatabase();
    throw error;
  }
  return {
    endpoint: origin.current,
    close: async () => {
      tasks.close();
      await app.close();
      closeDatabase();
    },
  };
}

const JSON_PROTOCOL = "application/x-amz-json-1.0";

/** fauxqs would take them for SNS and S3, and name those in its refusal. */
function refuseOtherProtocols(app: Fauxqs["app"]): void {
  app.addHook("onRequest", async (request, reply) => {
    const { method, url, headers } = request;
    const isJson = String(headers["content-type"] ?? "").includes(JSON_PROTOCOL);
    if ((method === "POST" && isJson) || url === "/health") return;
    const message = `This stand-in speaks the JSON protocol of SQS (${JSON_PROTOCOL}), not the query protocol of older clients, and no other service. AWS CLI and SDK releases from 2024 on speak JSON.`;
    await reply
      .code(400)
      .type("text/xml")
      .send(
        `<ErrorResponse><Error><Type>Sender</Type><Code>UnsupportedProtocol</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
  });
}

const TARGET_PREFIX = "AmazonSQS.";

/** Serves what fauxqs has not, and refuses what it would drop; the rest goes on to it. */
function serveAdded(app: Fauxqs["app"], operations: ReadonlyMap<string, AddedOperation>): void {
  app.addHook("preHandler", async (request, reply) => {
    const target = String(request.headers["x-amz-target"] ?? "").slice(TARGET_PREFIX.length);
    try {
      const operation = operations.get(target);
      if (operation === undefined) refuseUnserved(target, request.body);
      else await reply.type(JSON_PROTOCOL).send(operation(request.body));
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      await reply
        .code(400)
        .type(JSON_PROTOCOL)
        .send({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message });
    }
  });
}

function urlsAt(origin: string, answer: z.infer<typeof answerWithUrls>) {
  return {
    ...(answer.QueueUrl !== undefined && { QueueUrl: urlAt(origin, answer.QueueUrl) }),
    ...(answer.QueueUrls && { QueueUrls: answer.QueueUrls.map((url) => urlAt(origin, url)) }),
    ...(answer.queueUrls && { queueUrls: answer.queueUrls.map((url) => urlAt(origin, url)) }),
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
  const Attributes = {
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(settings.messageRetentionSeconds),
    MaximumMessageSize: String(MESSAGE_BYTES_MAX),
    ...more,
  };
  // Not with its attributes: a queue that was kept may have been made with other settings.
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }));
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  return z.string().parse(QueueUrl);
}
