import { TABLES } from "@autonomy-gate/core/topology";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { itemBytes, WireItem } from "./item-size.ts";
import type { Call } from "./meter.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;
const TRANSACTION_FACTOR = 2;
/** An index entry is written once, in a transaction too: the index follows its table. */
const [LIST_INDEX] = TABLES.ledger.indexes;

/** Capacity a call consumes. */
export interface Units {
  readonly read: number;
  /** Of the tables themselves. */
  readonly write: number;
  /** Of the tables' indexes. */
  readonly indexWrite: number;
}

const NONE: Units = { read: 0, write: 0, indexWrite: 0 };

/** Finds an item as it is stored now: an update's size is that of the item, not of the request. */
export type StoredItem = (table: string, key: WireItem) => Promise<WireItem | undefined>;

const Put = z.object({ TableName: z.string(), Item: WireItem });
const Update = z.object({ TableName: z.string(), Key: WireItem });
const Transaction = z.object({
  TransactItems: z.array(z.object({ Put: Put.optional(), Update: Update.optional() })),
});
const BatchGet = z.object({
  RequestItems: z.record(
    z.string(),
    z.object({ Keys: z.array(WireItem), ConsistentRead: z.boolean().default(false) }),
  ),
});
/** The document client's replies hold plain values. */
const PlainItem = z
  .record(z.string(), z.unknown())
  .transform((item) => WireItem.parse(marshall(item)));
const BatchGetReply = z.object({ Responses: z.record(z.string(), z.array(PlainItem)) });

/** The capacity a call consumed. A write whose condition failed consumes as if it had been done. */
export async function unitsOf(call: Call, stored: StoredItem): Promise<Units> {
  switch (call.operation) {
    case "PutItem":
      return putUnits(Put.parse(call.request), 1);
    case "UpdateItem":
      return updateUnits(Update.parse(call.request), 1, stored);
    case "TransactWriteItems":
      return transactionUnits(call, stored);
    case "BatchGetItem":
      return { ...NONE, read: batchReadUnits(call) };
    case "PutEvents":
      return NONE;
    default:
      throw new TypeError(`No rule is written here for ${call.operation}.`);
  }
}

/** The items a call puts, in order. */
export function putItemsOf({ operation, request }: Call): WireItem[] {
  if (operation === "PutItem") return [Put.parse(request).Item];
  if (operation !== "TransactWriteItems") return [];
  return Transaction.parse(request).TransactItems.flatMap(({ Put: put }) =>
    put === undefined ? [] : [put.Item],
  );
}

/** All together. */
export function sum(units: readonly Units[]): Units {
  return units.reduce(
    (all, some) => ({
      read: all.read + some.read,
      write: all.write + some.write,
      indexWrite: all.indexWrite + some.indexWrite,
    }),
    NONE,
  );
}

function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

async function transactionUnits({ request }: Call, stored: StoredItem): Promise<Units> {
  const { TransactItems } = Transaction.parse(request);
  const units = TransactItems.map(({ Put: put, Update: update }) => {
    if (put !== undefined) return putUnits(put, TRANSACTION_FACTOR);
    if (update !== undefined) return updateUnits(update, TRANSACTION_FACTOR, stored);
    throw new TypeError("Transactions of this project put and update.");
  });
  return sum(await Promise.all(units));
}

function putUnits({ Item }: z.infer<typeof Put>, factor: number): Units {
  const listed = Item[LIST_INDEX.partitionKey] !== undefined;
  return {
    read: 0,
    write: factor * writeUnits(itemBytes(Item)),
    indexWrite: listed ? writeUnits(itemBytes(indexEntry(Item))) : 0,
  };
}

async function updateUnits(
  { TableName, Key }: z.infer<typeof Update>,
  factor: number,
  stored: StoredItem,
): Promise<Units> {
  const item = await stored(TableName, Key);
  return { ...NONE, write: factor * writeUnits(item === undefined ? 0 : itemBytes(item)) };
}

/** A key that is not there costs as one that is small; eventually consistent reads cost half. */
function batchReadUnits({ request, reply }: Call): number {
  const { RequestItems } = BatchGet.parse(request);
  const { Responses } = BatchGetReply.parse(reply);
  return Object.entries(RequestItems).reduce((units, [table, { Keys, ConsistentRead }]) => {
    const found = (Responses[table] ?? []).map((item) =>
      Math.max(1, Math.ceil(itemBytes(item) / READ_UNIT_BYTES)),
    );
    const all = Keys.length - found.length + found.reduce((total, some) => total + some, 0);
    return units + all * (ConsistentRead ? 1 : 0.5);
  }, 0);
}

function indexEntry(item: WireItem): WireItem {
  const { partitionKey, sortKey, include } = LIST_INDEX;
  const names = new Set<string>(["pk", "sk", partitionKey, sortKey, ...include]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}
