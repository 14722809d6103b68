import type { Attributes } from "@autonomy-gate/core/memory";
import type * as port from "@autonomy-gate/core/store";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import type { Dynamo } from "../dynamo/dynamo.ts";
import { ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";

/** DynamoDB's JSON protocol on the simulated tables: the requests our adapters send, and no others. */

/** The simulated tables are called by their parts. */
export const TABLE_NAMES = {
  config: "config",
  budgetState: "budgetState",
  ledger: "ledger",
  actions: "actions",
} as const satisfies Record<port.TableName, string>;
const TableName = z.enum(TABLE_NAMES);

const Wire = z.record(z.string(), z.unknown());
const Item = Wire.transform((item): Attributes => fromWire(item));
const Keyed = Item.transform((item) => ({ ...item, pk: String(item.pk), sk: String(item.sk) }));
const Key = Item.transform(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));

const Condition = z.object({
  TableName,
  ConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: Item.optional(),
  ReturnValuesOnConditionCheckFailure: z.literal("ALL_OLD").optional(),
});
type Condition = z.infer<typeof Condition>;
const Put = Condition.extend({ Item: Keyed });
const Update = Condition.extend({ Key, UpdateExpression: z.string() });
const Delete = Condition.extend({ Key });

const Put1 = Put.transform(putAction);
const Update1 = Update.transform(updateAction);
const TransactItem = z.union([
  z.strictObject({ Put: Put1 }).transform(({ Put: action }) => action),
  z.strictObject({ Update: Update1 }).transform(({ Update: action }) => action),
  z.strictObject({ Delete: Delete.transform(deleteAction) }).transform((entry) => entry.Delete),
]);

const BatchGet = z.object({
  RequestItems: z.partialRecord(
    TableName,
    z.object({ ConsistentRead: z.boolean().optional(), Keys: z.array(Key).min(1).max(100) }),
  ),
});
const TransactWrite = z.object({
  TransactItems: z.array(TransactItem).min(1),
  ClientRequestToken: z.string().optional(),
});
const Get = z.object({ TableName, ConsistentRead: z.literal(true), Key });
const Query = z.object({
  TableName,
  ConsistentRead: z.literal(true),
  KeyConditionExpression: z.literal("#partition = :partition AND begins_with(#sort, :prefix)"),
  ExpressionAttributeValues: Item,
  ScanIndexForward: z.boolean(),
  Limit: z.int().min(1).optional(),
});

/** Answers one request with the body of its response. Rejects with ServiceFault. */
export async function answerDynamoDb(
  dynamo: Dynamo,
  process: SimProcess,
  operation: string,
  body: unknown,
): Promise<object> {
  switch (operation) {
    case "BatchGetItem":
      return batchGet(dynamo, process, BatchGet.parse(body));
    case "GetItem": {
      const { TableName: table, Key: key } = Get.parse(body);
      const item = await dynamo.get(process, { table, ...key });
      return item === undefined ? {} : { Item: marshall(item) };
    }
    case "Query": {
      const request = Query.parse(body);
      const { ExpressionAttributeValues: values } = request;
      const { items, next } = await dynamo.query(process, {
        table: request.TableName,
        partition: String(values[":partition"]),
        range: { prefix: String(values[":prefix"]) },
        order: request.ScanIndexForward ? "ascending" : "descending",
        limit: request.Limit,
      });
      const LastEvaluatedKey = next && marshall(next);
      return { Items: items.map((item) => marshall(item)), Count: items.length, LastEvaluatedKey };
    }
    case "PutItem":
      return empty(dynamo.put(process, Put1.parse(body)));
    case "UpdateItem":
      return empty(dynamo.update(process, Update1.parse(body)));
    case "TransactWriteItems": {
      const { TransactItems, ClientRequestToken } = TransactWrite.parse(body);
      return empty(dynamo.transact(process, TransactItems, ClientRequestToken));
    }
    default:
      throw new ServiceFault("UnknownOperationException");
  }
}

/** What a fault looks like on the wire, beside its code. */
export function faultBody({ reasons, item }: ServiceFault): object {
  return {
    ...(item === undefined ? {} : { Item: marshall(item) }),
    ...(reasons.length === 0
      ? {}
      : {
          CancellationReasons: reasons.map((reason) => ({
            Code: reason.code,
            ...(reason.item === undefined ? {} : { Item: marshall(reason.item) }),
          })),
        }),
  };
}

async function empty(work: Promise<void>): Promise<object> {
  await work;
  return {};
}

async function batchGet(
  dynamo: Dynamo,
  process: SimProcess,
  { RequestItems }: z.infer<typeof BatchGet>,
): Promise<object> {
  const requests = TABLES.flatMap((table) => {
    const request = RequestItems[table];
    return request === undefined ? [] : [{ table, ...request }];
  });
  const addresses = requests.flatMap(({ table, Keys }) => Keys.map((key) => ({ table, ...key })));
  const consistent = requests.every(({ ConsistentRead }) => ConsistentRead === true);
  const { items, unprocessed } = await dynamo.batchGet(process, addresses, consistent);
  return {
    Responses: grouped(items, ({ item }) => marshall(item)),
    UnprocessedKeys: Object.fromEntries(
      Object.entries(grouped(unprocessed, ({ pk, sk }) => marshall({ pk, sk }))).map(
        ([table, Keys]) => [table, { Keys, ConsistentRead: consistent }],
      ),
    ),
  };
}

const TABLES = Object.values(TABLE_NAMES);

function grouped<T extends { readonly table: port.TableName }>(
  values: readonly T[],
  shown: (value: T) => object,
) {
  const groups = Object.groupBy(values, ({ table }) => table);
  return Object.fromEntries(
    Object.entries(groups).map(([table, group = []]) => [table, group.map(shown)]),
  );
}

function putAction({ Item: item, ...condition }: z.infer<typeof Put>): port.Put {
  return { kind: "put", item, ...conditionOf(condition) };
}

function updateAction({
  Key: key,
  UpdateExpression: update,
  ...condition
}: z.infer<typeof Update>): port.Update {
  return { kind: "update", ...key, update, ...conditionOf(condition) };
}

function deleteAction({ Key: key, ...condition }: z.infer<typeof Delete>): port.Delete {
  return { kind: "delete", ...key, ...conditionOf(condition) };
}

function conditionOf(condition: Condition) {
  return {
    table: condition.TableName,
    condition: condition.ConditionExpression,
    names: condition.ExpressionAttributeNames,
    values: condition.ExpressionAttributeValues,
  };
}

/** The wire's typed values as plain ones. */
function fromWire(item: Record<string, unknown>): Attributes {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (!isWireValue(value)) throw new ServiceFault("SerializationException");
  return unmarshall({ value }).value;
}

function isWireValue(value: unknown): value is AttributeValue {
  return typeof value === "object" && value !== null && Object.keys(value).length === 1;
}
