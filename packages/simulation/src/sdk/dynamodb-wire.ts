import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import type { Dynamo, WriteAction } from "../dynamo/dynamo.ts";
import type { Attributes } from "../dynamo/expressions.ts";
import type { Address } from "../dynamo/tables.ts";
import { ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";

/** DynamoDB's JSON protocol on the simulated tables: the requests our adapters send, and no others. */

const Wire = z.record(z.string(), z.unknown());
const Item = Wire.transform((item): Attributes => fromWire(item));
const Key = Item.transform(({ pk, sk }) => ({ pk: String(pk), sk: String(sk) }));

const Condition = z.object({
  TableName: z.string(),
  ConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: Item.optional(),
  ReturnValuesOnConditionCheckFailure: z.enum(["ALL_OLD", "NONE"]).optional(),
});
type Condition = z.infer<typeof Condition>;
const Put = Condition.extend({ Item });
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
  RequestItems: z.record(
    z.string(),
    z.object({ ConsistentRead: z.boolean().optional(), Keys: z.array(Key).min(1).max(100) }),
  ),
});
const TransactWrite = z.object({
  TransactItems: z.array(TransactItem).min(1),
  ClientRequestToken: z.string().optional(),
});
const Get = z.object({ TableName: z.string(), ConsistentRead: z.literal(true), Key });
const Query = z.object({
  TableName: z.string(),
  ConsistentRead: z.literal(true),
  KeyConditionExpression: z.literal("pk = :pk AND begins_with(sk, :prefix)"),
  ExpressionAttributeValues: Item,
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
      const { TableName, Key: key } = Get.parse(body);
      const item = await dynamo.get(process, { table: TableName, ...key });
      return item === undefined ? {} : { Item: marshall(item) };
    }
    case "Query": {
      const { TableName, ExpressionAttributeValues: values } = Query.parse(body);
      const [pk, prefix] = [String(values[":pk"]), String(values[":prefix"])];
      const items = await dynamo.query(process, TableName, pk, prefix);
      return { Items: items.map((item) => marshall(item)), Count: items.length };
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
  const requests = Object.entries(RequestItems);
  const addresses = requests.flatMap(([table, { Keys }]) =>
    Keys.map((key): Address => ({ table, ...key })),
  );
  const consistent = requests.every(([, { ConsistentRead }]) => ConsistentRead === true);
  const { found, unprocessed } = await dynamo.batchGet(process, addresses, consistent);
  return {
    Responses: grouped(found, ({ item }) => marshall(item)),
    UnprocessedKeys: Object.fromEntries(
      Object.entries(grouped(unprocessed, ({ pk, sk }) => marshall({ pk, sk }))).map(
        ([table, Keys]) => [table, { Keys, ConsistentRead: consistent }],
      ),
    ),
  };
}

function grouped<T extends Address>(values: readonly T[], shown: (value: T) => object) {
  const groups = Object.groupBy(values, ({ table }) => table);
  return Object.fromEntries(
    Object.entries(groups).map(([table, group = []]) => [table, group.map(shown)]),
  );
}

function putAction({ Item: item, ...condition }: z.infer<typeof Put>): WriteAction {
  const { pk, sk } = item;
  return { pk: String(pk), sk: String(sk), item, ...conditionOf(condition) };
}

function updateAction({ Key: key, UpdateExpression, ...condition }: z.infer<typeof Update>) {
  return { ...key, update: UpdateExpression, ...conditionOf(condition) };
}

function deleteAction({ Key: key, ...condition }: z.infer<typeof Delete>): WriteAction {
  return { ...key, ...conditionOf(condition) };
}

function conditionOf(condition: Condition) {
  return {
    table: condition.TableName,
    condition: condition.ConditionExpression,
    names: condition.ExpressionAttributeNames,
    values: condition.ExpressionAttributeValues,
    returnsOld: condition.ReturnValuesOnConditionCheckFailure === "ALL_OLD",
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
