import type { StackClients } from "@autonomy-gate/local/clients";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { AdminApi } from "./admin-api.ts";
import { filled, filledFields, labelOf, type Values } from "./placeholders.ts";
import type { Post } from "./post.ts";
import type { Publication, Step } from "./scenario.ts";
import type { Tables } from "./tables.ts";

/** What a step works with. */
export interface Stage {
  readonly clients: StackClients;
  readonly stack: StackFile;
  readonly post: Post;
  readonly tables: Tables;
  readonly adminApi: AdminApi;
  readonly values: Values;
  /** How long a step's answers may take. */
  readonly timeoutMs: number;
}

/** An intent unless its scenario says otherwise: it runs by itself where mode and budget allow. */
const USUAL_INTENT = { action_type: "CREATE_INTERNAL_NOTE", confidence_score: 0.9 };

/** Carries a step out and waits for its answers. Throws an error that says what did not come. */
export async function perform(step: Step, stage: Stage): Promise<void> {
  if ("configure" in step) return stage.tables.configure(step.configure);
  if ("request" in step) {
    for (const request of step.request) await stage.adminApi.request(request);
    return;
  }
  const before = counted(stage);
  const awaited =
    "publish" in step ? await publish(step.publish, stage) : await enqueue(step, stage);
  await answers(awaited, before, stage);
}

/** What a step waits for: an outcome of each intent, and so many messages put aside. */
interface Awaited {
  readonly intents: readonly string[];
  readonly putAside: number;
}

async function publish(publications: readonly Publication[], stage: Stage): Promise<Awaited> {
  const details = publications.flatMap((publication) => {
    const each = detailsOf(publication, stage.values);
    return each.flatMap((detail) => Array.from({ length: publication.times }, () => detail));
  });
  const Entries = details.map((detail) => ({
    EventBusName: stage.stack.events.bus,
    Source: "cc-native.decision",
    DetailType: "ActionIntentCreated",
    Detail: JSON.stringify(detail),
  }));
  const requests = Entries.map((entry) => new PutEventsCommand({ Entries: [entry] }));
  const replies = await Promise.all(requests.map((request) => stage.clients.events.send(request)));
  const refused = replies.flatMap((reply) => reply.Entries ?? []).find((entry) => entry.ErrorCode);
  if (refused !== undefined) throw new Error(`the bus refused an intent: ${refused.ErrorMessage}`);
  const decided = publications.filter(({ ends_in }) => ends_in === "outcome");
  const aside = publications.filter(({ ends_in }) => ends_in === "quarantine");
  return {
    intents: decided.flatMap((publication) => labelsOf(publication, stage.values)),
    putAside: aside.reduce((sum, { times, copies = 1 }) => sum + times * copies, 0),
  };
}

function detailsOf(publication: Publication, values: Values) {
  const { data, without, metadata } = publication;
  return namesOf(publication).map((action_intent_id) => {
    const whole = {
      action_intent_id,
      tenant_id: values.tenant,
      account_id: values.account,
      ...USUAL_INTENT,
      ...filledFields(data, values),
    };
    const kept = Object.entries(whole).filter(([field]) => !without.includes(field));
    const about = { event_id: `evt-${action_intent_id}`, schema_version: "1", trace_id: "cf" };
    return {
      metadata: { ...about, ...filledFields(metadata, values) },
      data: Object.fromEntries(kept),
    };
  });
}

function labelsOf(publication: Publication, values: Values): string[] {
  const { account_id = values.account } = filledFields(publication.data, values);
  return namesOf(publication).map((name) => labelOf(account_id, name, values));
}

function namesOf({ intent, copies }: Publication): string[] {
  if (copies === undefined) return [intent];
  return Array.from({ length: copies }, (_, index) => `${intent}${index + 1}`);
}

async function enqueue(
  { enqueue: messages }: Extract<Step, { enqueue: unknown }>,
  { clients, stack, values }: Stage,
): Promise<Awaited> {
  await Promise.all(
    messages.map(({ body }) => {
      const value = filled(body, values);
      const MessageBody = typeof value === "string" ? value : JSON.stringify(value);
      const QueueUrl = stack.sqs.queues.intents;
      return clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    }),
  );
  return {
    intents: messages.flatMap(({ intent }) => intent ?? []),
    putAside: messages.filter(({ ends_in }) => ends_in === "quarantine").length,
  };
}

interface Counts {
  /** How often each outcome was published. */
  readonly publications: ReadonlyMap<string, number>;
  readonly putAside: number;
}

function counted({ post, values }: Stage): Counts {
  const tenant = String(values.tenant);
  const publications = new Map<string, number>();
  for (const { detail } of post.outcomes(tenant).letters) {
    const { account_id, action_intent_id } = detail.data;
    const label = labelOf(account_id, action_intent_id, values);
    publications.set(label, (publications.get(label) ?? 0) + 1);
  }
  return { publications, putAside: post.quarantine(tenant).letters.length };
}

/** The outcome of an intent that was decided before has to be published once more. */
async function answers(awaited: Awaited, before: Counts, stage: Stage): Promise<void> {
  const { post, values, timeoutMs } = stage;
  const tenant = String(values.tenant);
  const missing = () => {
    const now = counted(stage).publications;
    return awaited.intents.filter((id) => (now.get(id) ?? 0) <= (before.publications.get(id) ?? 0));
  };
  const putAside = before.putAside + awaited.putAside;
  const [delivered, aside] = await Promise.all([
    post.outcomes(tenant).until(() => missing().length === 0, timeoutMs),
    post.quarantine(tenant).until((letters) => letters.length >= putAside, timeoutMs),
  ]);
  if (!delivered) {
    throw new Error(`no outcome came within ${timeoutMs} ms for: ${missing().join(", ")}`);
  }
  if (!aside) {
    const found = post.quarantine(tenant).letters.length;
    throw new Error(`expected ${putAside} messages in quarantine, found ${found}`);
  }
}
