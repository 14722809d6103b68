import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  type Address,
  type BatchGetReply,
  type Item,
  type KeyedItem,
  TABLE_NAMES,
  type Table,
  type TableName,
  type TransactReply,
  type WriteReply,
} from "../../table/table.ts";
import { nameOf, type SomeTableNames } from "./client.ts";
import { cancellationFault, faultOf } from "./faults.ts";
import { queryInput, terms, transactItem } from "./requests.ts";
import { serviceTimeOf } from "./service-time.ts";
import { fromWire, toWire, type WireItem } from "./wire.ts";

const DONE = { status: "done" } as const;

/**
 * The tables on DynamoDB. One attempt each only where the client does not retry by itself.
 * @param serviceOffsetMs added to the service's time, for a clock that is moved on purpose
 */
export function dynamoTable(
  client: Pick<DynamoDBClient, "send">,
  names: SomeTableNames,
  serviceOffsetMs = 0,
): Table {
  return {
    batchGet: async (addresses) => {
      const command = new BatchGetItemCommand({ RequestItems: batchRequest(addresses, names) });
      const statedMs = serviceTimeOf(command);
      const reply = await sent("BatchGetItem", () => client.send(command));
      const serviceMs = statedMs();
      return {
        ...batchReply(reply, names),
        ...(serviceMs === undefined ? {} : { serviceEpochMs: serviceMs + serviceOffsetMs }),
      };
    },
    get: async ({ table, pk, sk }) => {
      const input = {
        TableName: nameOf(names, table),
        Key: keyOf({ pk, sk }),
        ConsistentRead: true,
      };
      const { Item } = await sent("GetItem", () => client.send(new GetItemCommand(input)));
      return Item && fromWire(Item);
    },
    put: (write) =>
      single("PutItem", async () => {
        const { table, item } = write;
        const input = { TableName: nameOf(names, table), Item: toWire(item), ...terms(write) };
        await client.send(new PutItemCommand(input));
      }),
    update: (write) =>
      single("UpdateItem", async () => {
        const { table, update } = write;
        await client.send(
          new UpdateItemCommand({
            TableName: nameOf(names, table),
            Key: keyOf(write),
            UpdateExpression: update,
            ...terms(write),
          }),
        );
      }),
    transact: async (writes, token) => {
      const TransactItems = writes.map((write) => transactItem(write, names));
      const input = { TransactItems, ClientRequestToken: token };
      try {
        await client.send(new TransactWriteItemsCommand(input));
        return DONE;
      } catch (error) {
        if (error instanceof TransactionCanceledException) return cancelled(error);
        throw faultOf(error, "TransactWriteItems");
      }
    },
    query: async (query) => {
      const input = queryInput(query, names);
      const page = await sent("Query", () => client.send(new QueryCommand(input)));
      const { Items = [], LastEvaluatedKey: next } = page;
      return {
        items: Items.map(fromWire),
        ...(next === undefined ? {} : { next: fromWire(next) }),
      };
    },
  };
}

/** Sends one request; what goes wrong with it is said in the gate's words. */
async function sent<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw faultOf(error, operation);
  }
}

/** Sends one write of one item. */
async function single(operation: string, send: () => Promise<void>): Promise<WriteReply> {
  try {
    await send();
    return DONE;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw faultOf(error, operation);
    return { status: "refused", item: oldItem(error.Item) };
  }
}

/** The conditions that cancelled a transaction; throws where none did. */
function cancelled(error: TransactionCanceledException): TransactReply {
  const refused = new Map<number, Item | undefined>();
  for (const [index, { Code, Item }] of (error.CancellationReasons ?? []).entries()) {
    if (Code === "ConditionalCheckFailed") refused.set(index, oldItem(Item));
  }
  if (refused.size === 0) throw cancellationFault(error);
  return { status: "refused", refused };
}

/** The item that a failed condition met. */
function oldItem(item: WireItem | undefined): Item | undefined {
  return item === undefined || Object.keys(item).length === 0 ? undefined : fromWire(item);
}

type RequestItems = NonNullable<BatchGetItemCommandInput["RequestItems"]>;

function batchRequest(addresses: readonly Address[], names: SomeTableNames): RequestItems {
  const requests: RequestItems = {};
  for (const address of addresses) {
    const name = nameOf(names, address.table);
    const request = requests[name] ?? { ConsistentRead: true, Keys: [] };
    request.Keys?.push(keyOf(address));
    requests[name] = request;
  }
  return requests;
}

function batchReply(
  { Responses = {}, UnprocessedKeys = {} }: BatchGetItemCommandOutput,
  names: SomeTableNames,
): BatchGetReply {
  const tables = new Map(TABLE_NAMES.map((table) => [names[table], table]));
  const tableOf = (name: string): TableName => {
    const table = tables.get(name);
    if (table === undefined) throw new TypeError(`The table ${name} was not asked for.`);
    return table;
  };
  return {
    items: Object.entries(Responses).flatMap(([name, items]) => {
      const table = tableOf(name);
      return items.map((item) => ({ table, item: keyed(fromWire(item)) }));
    }),
    unprocessed: Object.entries(UnprocessedKeys).flatMap(([name, { Keys = [] }]) => {
      const table = tableOf(name);
      return Keys.map((key) => ({ table, ...keyed(fromWire(key)) }));
    }),
  };
}

function keyed(item: Item): KeyedItem {
  return { ...item, pk: String(item.pk), sk: String(item.sk) };
}

function keyOf({ pk, sk }: Pick<Address, "pk" | "sk">): WireItem {
  return { pk: { S: pk }, sk: { S: sk } };
}
