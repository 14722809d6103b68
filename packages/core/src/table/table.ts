import { TABLES, type TableTopology } from "../topology.ts";

/** The gate's tables by their parts; adapters know their deployed names. */
export type TableName = keyof typeof TABLES;
export const TABLE_NAMES: readonly TableName[] = ["config", "budgetState", "ledger", "actions"];

/** The primary key of an item. Ids hold no `#`, so no two different things share a key. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Where one item is, in one of the tables. */
export interface Address extends Key {
  readonly table: TableName;
}

/**
 * An item's attributes as plain values. A number that no double holds is an object that only the
 * table it came from can store again (see `long-number.ts`).
 */
export type Item = Readonly<Record<string, unknown>>;

/** An item with its key. */
export type KeyedItem = Item & Key;

/** What the expressions of a request refer to, in DynamoDB's form: `#name` and `:value`. */
export interface ExpressionTerms {
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Item | undefined;
}

/** What must hold of the item as it is, or nothing is written; absent: nothing. */
interface Conditional extends ExpressionTerms {
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html */
  readonly condition?: string | undefined;
}

/** Stores an item whole. */
export interface Put extends Conditional {
  readonly kind: "put";
  readonly table: TableName;
  readonly item: KeyedItem;
}

/** Changes some attributes of an item; one that does not exist is made. */
export interface Update extends Address, Conditional {
  readonly kind: "update";
  /** `SET a = :a, … ADD n :n, …` */
  readonly update: string;
}

export interface Delete extends Address, Conditional {
  readonly kind: "delete";
}

export type Write = Put | Update | Delete;

/** Changes nothing: what must hold of an item for a transaction's writes to be done. */
export interface Check extends Address, Conditional {
  readonly kind: "check";
  readonly condition: string;
}

/** Nothing was written: the condition does not hold of the item, `undefined` where there is none. */
interface Refused {
  readonly status: "refused";
  readonly item: Item | undefined;
}

export type WriteReply = { readonly status: "done" } | Refused;

/** All was written, or nothing: then the items that refused it, by the place of their writes. */
export type TransactReply =
  | { readonly status: "done" }
  | { readonly status: "refused"; readonly refused: ReadonlyMap<number, Item | undefined> };

export interface BatchGetReply {
  /** The items there are, in no order. */
  readonly items: readonly { readonly table: TableName; readonly item: KeyedItem }[];
  /** What was not read: not known to be absent. */
  readonly unprocessed: readonly Address[];
  /** The service's time when it replied, epoch milliseconds; absent where a reply states none. */
  readonly serviceEpochMs?: number;
}

/** Items of one partition, in the order of their sort keys. */
export interface Query {
  readonly table: TableName;
  /** An index of the table, read eventually consistent; absent: the table itself, consistent. */
  readonly index?: string;
  readonly partition: string;
  /** The sort keys asked for, bounds included; absent: all. */
  readonly range?: { readonly prefix: string } | { readonly from: string; readonly to: string };
  readonly order: "ascending" | "descending";
  /** Applied after `limit`: what it drops was read. */
  readonly filter?: (ExpressionTerms & { readonly condition: string }) | undefined;
  /** Most items looked at; at most 1 MB in any case. */
  readonly limit?: number | undefined;
  /** `next` of the page before, or the key to go on after. */
  readonly after?: Item | undefined;
}

export interface QueryReply {
  readonly items: readonly Item[];
  /** Where to go on; absent: this was the end. */
  readonly next?: Item;
}

/**
 * The tables, and the only way to them: one attempt each, strongly consistent unless said otherwise.
 * All throw TransientError when the work was not, or perhaps not, done, and PermanentError for what
 * no retry can help. A condition that does not hold is a reply.
 */
export interface Table {
  /** At most 100 distinct addresses. Not all items are read at one instant. */
  batchGet(addresses: readonly Address[]): Promise<BatchGetReply>;
  get(address: Address): Promise<Item | undefined>;
  put(write: Put): Promise<WriteReply>;
  update(write: Update): Promise<WriteReply>;
  /**
   * At most 100 writes and checks, of distinct items: all or none.
   * @param token the same for the same request when it is sent again, within 10 minutes
   */
  transact(writes: readonly (Write | Check)[], token?: string): Promise<TransactReply>;
  query(query: Query): Promise<QueryReply>;
}

/** The attributes that hold the keys a query goes by. */
export function keyNames({ table, index }: Pick<Query, "table" | "index">): {
  readonly partitionKey: string;
  readonly sortKey: string;
} {
  if (index === undefined) return { partitionKey: "pk", sortKey: "sk" };
  const { indexes = [] }: TableTopology = TABLES[table];
  const found = indexes.find(({ name }) => name === index);
  if (found === undefined) throw new TypeError(`The table ${table} has no index ${index}.`);
  return found;
}
