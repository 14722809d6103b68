import type { StackClients } from "@autonomy-gate/local/clients";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import { type Mailbox, openMailbox } from "./mailbox.ts";

/** An outcome as it was published: every publication is an event of its own to EventBridge. */
export interface Delivered {
  readonly detailType: string;
  readonly detail: z.infer<typeof Detail>;
}

/** A message of the quarantine queue. */
interface PutAside {
  readonly body: string;
  readonly errorCode: string;
  readonly errorDetail: string;
}

const Detail = z.looseObject({
  metadata: z.looseObject({}),
  data: z.looseObject({
    tenant_id: z.string(),
    account_id: z.string(),
    action_intent_id: z.string(),
  }),
});
const EventBody = z.looseObject({ id: z.string(), "detail-type": z.string(), detail: Detail });

/** Everything that the gate sends during a run, sorted by tenant. */
export interface Post {
  outcomes(tenant: string): Mailbox<Delivered>;
  quarantine(tenant: string): Mailbox<PutAside>;
  /** Stops listening, once nothing more comes, and leaves no queue or rule behind. */
  close(): Promise<void>;
}

const RECEIVERS = 3;
/** A run that is killed leaves its queue behind, but not what goes on arriving there. */
const RETENTION_SECONDS = 3_600;
const QUARANTINE_POLL_SECONDS = 1;

/** Subscribes to the outcomes of tenants whose id begins with a prefix, and watches the quarantine. */
export async function openPost(
  clients: StackClients,
  stack: StackFile,
  prefix: string,
): Promise<Post> {
  const name = `conformance-${prefix}`.slice(0, 64);
  const { QueueUrl } = await clients.sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { MessageRetentionPeriod: String(RETENTION_SECONDS) },
    }),
  );
  const queueUrl = z.string().parse(QueueUrl);
  const { bus } = stack.events;
  await subscribe(clients, { name, bus, queueUrl, prefix });
  const outcomes = mailboxes<Delivered>();
  const quarantine = mailboxes<PutAside>();
  const state = { open: true };
  const receivers = Array.from({ length: RECEIVERS }, () =>
    receiveOutcomes(clients, queueUrl, outcomes, state),
  );
  const watch = receiveQuarantine(clients, stack.sqs.queues.quarantine, quarantine, {
    prefix,
    state,
  });
  return {
    outcomes,
    quarantine,
    close: async () => {
      state.open = false;
      await Promise.all([...receivers, watch]);
      const rule = { Rule: name, EventBusName: bus };
      await clients.events.send(new RemoveTargetsCommand({ ...rule, Ids: ["queue"] }));
      await clients.events.send(new DeleteRuleCommand({ Name: name, EventBusName: bus }));
      await clients.sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    },
  };
}

interface Subscription {
  readonly name: string;
  readonly bus: string;
  readonly queueUrl: string;
  readonly prefix: string;
}

async function subscribe(
  { events, sqs }: StackClients,
  { name, bus, queueUrl, prefix }: Subscription,
): Promise<void> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["QueueArn"] }),
  );
  const Arn = z.string().parse(Attributes?.QueueArn);
  const EventPattern = JSON.stringify({
    source: ["autonomy.gate"],
    detail: { data: { tenant_id: [{ prefix }] } },
  });
  await events.send(new PutRuleCommand({ Name: name, EventBusName: bus, EventPattern }));
  await events.send(
    new PutTargetsCommand({ Rule: name, EventBusName: bus, Targets: [{ Id: "queue", Arn }] }),
  );
}

type Mailboxes<Letter> = (tenant: string) => Mailbox<Letter>;

function mailboxes<Letter>(): Mailboxes<Letter> {
  const byTenant = new Map<string, Mailbox<Letter>>();
  return (tenant) => {
    const mailbox = byTenant.get(tenant) ?? openMailbox<Letter>();
    byTenant.set(tenant, mailbox);
    return mailbox;
  };
}

/** Until it is closed and a poll came back empty: what is late is still seen. */
async function receiveOutcomes(
  { sqs }: StackClients,
  QueueUrl: string,
  outcomes: Mailboxes<Delivered>,
  state: { readonly open: boolean },
): Promise<void> {
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = "" } of Messages) {
      const { id, "detail-type": detailType, detail } = EventBody.parse(JSON.parse(Body));
      outcomes(detail.data.tenant_id).put({ detailType, detail }, id);
    }
    await Promise.all(Messages.map((message) => remove(sqs, QueueUrl, message)));
    if (Messages.length === 0 && !state.open) return;
  }
}

/** Takes what carries one of our tenants' ids; what is others' is given back at the end. */
async function receiveQuarantine(
  { sqs }: StackClients,
  QueueUrl: string,
  quarantine: Mailboxes<PutAside>,
  { prefix, state }: { readonly prefix: string; readonly state: { readonly open: boolean } },
): Promise<void> {
  const ours = new RegExp(`${prefix}\\d+(?!\\d)`);
  const foreign: Message[] = [];
  while (state.open) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: QUARANTINE_POLL_SECONDS,
        MessageAttributeNames: ["All"],
      }),
    );
    for (const message of Messages) {
      const [tenant] = ours.exec(message.Body ?? "") ?? [];
      if (tenant === undefined) {
        foreign.push(message);
        continue;
      }
      const letter = putAside(message);
      quarantine(tenant).put(letter, `${letter.errorCode} ${letter.body}`);
      await remove(sqs, QueueUrl, message);
    }
  }
  await Promise.all(foreign.map((message) => giveBack(sqs, QueueUrl, message)));
}

function putAside({ Body = "", MessageAttributes = {} }: Message): PutAside {
  return {
    body: Body,
    errorCode: MessageAttributes.error_code?.StringValue ?? "",
    errorDetail: MessageAttributes.error_detail?.StringValue ?? "",
  };
}

async function remove(
  sqs: StackClients["sqs"],
  QueueUrl: string,
  { ReceiptHandle }: Message,
): Promise<void> {
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
}

async function giveBack(
  sqs: StackClients["sqs"],
  QueueUrl: string,
  { ReceiptHandle }: Message,
): Promise<void> {
  const command = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
  await sqs.send(new ChangeMessageVisibilityCommand(command));
}
