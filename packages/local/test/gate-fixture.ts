import { randomUUID } from "node:crypto";
import process from "node:process";
import type { ConsumerConfig } from "@autonomy-gate/consumers/intents/config";
import {
  createHandler,
  type IntentsHandler,
} from "@autonomy-gate/consumers/intents/create-handler";
import { createDynamoClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { dynamoTable } from "@autonomy-gate/core/adapters/dynamodb/dynamo-table";
import { configStore } from "@autonomy-gate/core/commit/config-store";
import { AccountId, TenantId } from "@autonomy-gate/core/ids";
import type { Clock } from "@autonomy-gate/core/ports";
import { configListing } from "@autonomy-gate/core/store/config-listing";
import { gateStore } from "@autonomy-gate/core/store/gate-store";
import { recordFrom } from "@autonomy-gate/core/store/items";
import { OUTCOME_RULE_PATTERN } from "@autonomy-gate/core/topology";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import * as z from "zod";
import { startDynamoDb } from "../src/dynamodb/server.ts";
import { createTables } from "../src/dynamodb/tables.ts";
import { startEvents } from "../src/events/server.ts";
import { createQueues, startSqs } from "../src/sqs.ts";
import { noonClock } from "./gate-clocks.ts";
import { arn } from "./local-bus.ts";
import { account as aws } from "./local-queues.ts";
import { type Faults, watchedConsumer } from "./watched-consumer.ts";

const TABLES = { config: "config", budgetState: "budget", ledger: "ledger", actions: "actions" };
const BUS = "autonomy-local";
/** Ids that sort by when they were made, as those of audit entries do. */
let ids = 0;
const newSortableId = () => `id-${String(ids++).padStart(8, "0")}`;

export const REMAINING_MS = 30_000;

/** Data of an intent that runs by itself where a budget and a mode allow it. */
type IntentData = Record<string, unknown>;

const EventShape = z.looseObject({
  "detail-type": z.string(),
  detail: z.looseObject({
    metadata: z.looseObject({ event_id: z.string() }),
    data: z.looseObject({
      tenant_id: z.string(),
      action_intent_id: z.string(),
      decision: z.string(),
      reason: z.string(),
      explanation: z.string(),
    }),
  }),
});
export type Event = z.infer<typeof EventShape>;

/** What left the gate: the event's detail-type, and its detail, its fields in the order they came. */
const Event = z.custom<Event>((event) => EventShape.safeParse(event).success);

export interface QuarantinedMessage {
  readonly body: string;
  readonly code: string | undefined;
  readonly detail: string | undefined;
}

/** The stand-ins and the gate on them, once a file; each test works with tenants of its own. */
export async function startGate() {
  const [dynamo, sqs] = await Promise.all([startDynamoDb(), startSqs()]);
  const rejections = { next: [] as (string | undefined)[] };
  const events = await startEvents({
    sqs: { ...aws, endpoint: sqs.endpoint },
    rejectEntry: () => {
      const ErrorCode = rejections.next.shift();
      return ErrorCode === undefined ? undefined : { ErrorCode, ErrorMessage: "as the test asked" };
    },
  });
  pointSdkAt(dynamo.endpoint, sqs.endpoint, events.endpoint);
  const raw = new DynamoDBClient({ ...aws, endpoint: dynamo.endpoint });
  const db = DynamoDBDocumentClient.from(new DynamoDBClient({ ...aws, endpoint: dynamo.endpoint }));
  const queueClient = new SQSClient({ ...aws, endpoint: sqs.endpoint });
  await createTables(raw, TABLES);
  const queues = await createQueues(queueClient);
  await routeOutcomes(events.endpoint);

  const config: ConsumerConfig = {
    tables: TABLES,
    busName: BUS,
    quarantineUrl: queues.quarantine,
    intentSources: ["cc-native.decision"],
  };
  const arrived: Event[] = [];

  return {
    db,
    tables: TABLES,
    /** Answers the next entries that are published with these error codes; `undefined` lets one pass. */
    rejectEntries: (...codes: (string | undefined)[]) => rejections.next.push(...codes),
    /** Lets all entries pass again. */
    acceptEntries: () => {
      rejections.next = [];
    },
    /** What stands behind the specification's services, on the same tables. */
    services: (clock: Clock) => {
      const table = dynamoTable(createDynamoClient(), TABLES);
      return {
        gate: gateStore(table),
        config: configStore({ table, clock, newId: newSortableId }),
        listing: configListing(table),
        clock,
        newRequestId: randomUUID,
      };
    },
    /** The Lambda function as it is deployed, with clients of its own. */
    handler: (clock: Clock = noonClock()): IntentsHandler => createHandler(config, clock),
    /** The consumer on the same adapters, with clients whose commands can be seen and made to fail. */
    consumer: (options: { clock?: Clock; faults?: Faults } = {}) =>
      watchedConsumer(config, options),
    tenant: () => tenantOf(db, arrived, drainOutcomes),
    /** Every message in quarantine, taken out of it. */
    quarantined: async (): Promise<QuarantinedMessage[]> => {
      const messages = await drain(queueClient, queues.quarantine);
      return messages.map(({ Body = "", MessageAttributes }) => ({
        body: Body,
        code: MessageAttributes?.error_code?.StringValue,
        detail: MessageAttributes?.error_detail?.StringValue,
      }));
    },
    close: async () => {
      for (const client of [raw, db, queueClient]) client.destroy();
      await events.close();
      await sqs.close();
      await dynamo.close();
    },
  };

  async function drainOutcomes(): Promise<void> {
    const messages = await drain(queueClient, queues.outcomes);
    arrived.push(...messages.map(({ Body = "" }) => Event.parse(JSON.parse(Body))));
  }
}

export type Gate = Awaited<ReturnType<typeof startGate>>;
export type Tenant = ReturnType<Gate["tenant"]>;

/** What a message came to: whether it has to come again. */
export async function handle(
  handler: IntentsHandler | ReturnType<Gate["consumer"]>["handle"],
  records: readonly SQSRecord[],
): Promise<string[]> {
  const context = { getRemainingTimeInMillis: () => REMAINING_MS };
  const response: SQSBatchResponse = await handler({ Records: [...records] }, context);
  return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

function tenantOf(
  db: DynamoDBDocumentClient,
  arrived: readonly Event[],
  drainOutcomes: () => Promise<void>,
) {
  const id = `t-${randomUUID()}`;
  const pkOf = (account?: string) =>
    account === undefined ? `TENANT#${id}` : `TENANT#${id}#ACCOUNT#${account}`;
  const rows = async (TableName: string, account: string, prefix: string) => {
    const found: Record<string, unknown>[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
          ExpressionAttributeValues: { ":pk": pkOf(account), ":prefix": prefix },
          ConsistentRead: true,
          ExclusiveStartKey,
        }),
      );
      found.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return found;
  };
  const put = async (sk: string, attributes: object, account?: string, table = TABLES.config) => {
    const Item = { pk: pkOf(account), sk, ...attributes };
    await db.send(new PutCommand({ TableName: table, Item }));
  };
  return {
    id: TenantId.parse(id),
    account: (name: string) => ({
      tenant_id: TenantId.parse(id),
      account_id: AccountId.parse(name),
    }),
    /** Writes a configuration item of the tenant, or of one of its accounts, as tools do. */
    put,
    remove: async (sk: string, account?: string) => {
      await db.send(
        new DeleteCommand({ TableName: TABLES.config, Key: { pk: pkOf(account), sk } }),
      );
    },
    /** Lets everything of the tenant run by itself, within a default budget. */
    allow: async (budget: object = {}) => {
      await put("AUTONOMY#DEFAULT", { mode: "AUTO_EXECUTE" });
      await put("BUDGET#CONFIG", { max_autonomous_per_day: 100, ...budget });
    },
    data: (action_intent_id: string, more: IntentData = {}): IntentData => ({
      action_intent_id,
      tenant_id: id,
      account_id: "acct",
      action_type: "CREATE_INTERNAL_NOTE",
      confidence_score: 0.91,
      risk_level: "LOW",
      parameters: { text: "Renewal call moved to Friday" },
      ...more,
    }),
    /** Decisions of an account by intent, each read through its schema. */
    decisions: async (account = "acct") => {
      const items = await rows(TABLES.ledger, account, "DECISION#");
      const records = items.map((item) => {
        const stored = recordFrom(item);
        if (stored.status !== "readable") throw new Error(`${item.sk} cannot be read.`);
        return stored.value;
      });
      return new Map(records.map((record) => [String(record.action_intent_id), record]));
    },
    /** A row of the budget state: the current one unless told otherwise. */
    state: async (account = "acct", sk = "BUDGET_STATE#CURRENT") => {
      const Key = { pk: pkOf(account), sk };
      const get = new GetCommand({ TableName: TABLES.budgetState, Key, ConsistentRead: true });
      return (await db.send(get)).Item;
    },
    states: async (account = "acct") => rows(TABLES.budgetState, account, "BUDGET_STATE#"),
    audit: async () => {
      const page = await db.send(
        new QueryCommand({
          TableName: TABLES.ledger,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
          ExpressionAttributeValues: { ":pk": pkOf(), ":prefix": "AUDIT#" },
        }),
      );
      return page.Items ?? [];
    },
    /** Everything that was published about the tenant so far, in the order it arrived. */
    outcomes: async (): Promise<Event[]> => {
      await drainOutcomes();
      return arrived.filter(({ detail }) => detail.data.tenant_id === id);
    },
  };
}

/** The SDK's clients that the deployed function makes for itself find the stand-ins here. */
function pointSdkAt(dynamo: string, sqs: string, events: string): void {
  Object.assign(process.env, {
    AWS_REGION: aws.region,
    AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo,
    AWS_ENDPOINT_URL_SQS: sqs,
    AWS_ENDPOINT_URL_EVENTBRIDGE: events,
    POWERTOOLS_METRICS_DISABLED: "true",
    POWERTOOLS_LOG_LEVEL: "SILENT",
  });
}

async function routeOutcomes(endpoint: string): Promise<void> {
  const client = new EventBridgeClient({ ...aws, endpoint });
  const Rule = "outcomes";
  const EventPattern = JSON.stringify(OUTCOME_RULE_PATTERN);
  await client.send(new CreateEventBusCommand({ Name: BUS }));
  await client.send(new PutRuleCommand({ Name: Rule, EventBusName: BUS, EventPattern }));
  const Targets = [{ Id: "outcomes", Arn: arn("outcomes") }];
  await client.send(new PutTargetsCommand({ Rule, EventBusName: BUS, Targets }));
  client.destroy();
}

async function drain(client: SQSClient, QueueUrl: string) {
  const receive = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ["All"],
  });
  const all = [];
  for (;;) {
    const { Messages = [] } = await client.send(receive);
    if (Messages.length === 0) return all;
    all.push(...Messages);
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle,
    }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
