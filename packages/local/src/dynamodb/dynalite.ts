import { createRequire } from "node:module";

/**
 * The only module that knows dynalite's insides. Its public face is an HTTP server that hides its
 * store, and a transaction needs the store; so its store, checks and actions are loaded one by one.
 * They are untyped JavaScript: the types here state what this package relies on, and the version is
 * pinned exactly because they are not promised by anyone.
 */

/** An attribute value as it travels in JSON: `{ "S": "text" }`. */
type AttributeValue = Record<string, unknown>;
export type Item = Record<string, AttributeValue>;
export type JsonObject = Record<string, unknown>;

/** A table's description; only dynalite reads it. */
export interface Table {
  readonly TableName: string;
}

export interface BatchEntry {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

/** A request after dynalite's checks: known fields only, expressions parsed. */
export interface Params {
  readonly TableName: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly RequestItems?: Record<string, BatchEntry[]>;
}

export interface Answer extends JsonObject {
  readonly ConsumedCapacity?: { readonly CapacityUnits: number };
  readonly Item?: Item;
  readonly UnprocessedItems?: JsonObject;
}

export type Callback<T> = (error: unknown, value?: T) => void;

export type BatchOperation =
  | { readonly type: "put"; readonly key: string; readonly value: Item }
  | { readonly type: "del"; readonly key: string };

/** What dynalite runs when a key's turn has come; `release` wraps the callback that ends the turn. */
type Turn = (release: <T extends unknown[]>(done: (...values: T) => void) => typeof done) => void;

/** The items of one table or index. */
export interface Keyspace {
  lock(key: string, turn: Turn): void;
  get(key: string, done: Callback<Item>): void;
  put(key: string, item: Item, done: Callback<void>): void;
  del(key: string, done: Callback<void>): void;
}

/** What an action may touch of the store. */
export interface StoreView {
  readonly options: object;
  getTable(name: string, done: Callback<Table>): void;
  getItemDb(table: string): Keyspace;
  getIndexDb(kind: string, table: string, index: string): Keyspace;
}

export interface Store extends StoreView {
  /** The level database beneath all keyspaces. */
  readonly db: {
    /** Rejects with LEVEL_DATABASE_NOT_OPEN; its cause says why. */
    open(): Promise<void>;
    close(): Promise<void>;
    getMany(keys: string[]): Promise<(Item | undefined)[]>;
    /** Applies all operations at once: no reader sees some of them. */
    batch(operations: BatchOperation[]): Promise<void>;
    values(range: object): AsyncIterable<Item>;
    createValueStream: (range: object) => NodeJS.ReadableStream;
  };
}

interface Database {
  create(options: object): Store;
  createKey(item: Item, table: Table): string;
  itemSize(item: Item): number;
  validateItem(item: Item, table: Table): Error | null | undefined;
  validateKey(key: Item, table: Table): Error | null | undefined;
}

interface Checks {
  /** Drops unknown fields, also from the object it is given; throws a refusal on a wrong type. */
  checkTypes(data: JsonObject, types: object): Params;
  /** Parses expressions into the params; throws a refusal on an invalid one. */
  checkValidations(params: Params, types: object, custom: unknown, store: Store): void;
}

interface OperationChecks {
  readonly types: object;
  readonly custom?: unknown;
}

type Action = (store: StoreView, params: Params, done: Callback<Answer>) => void;

const OPERATIONS = [
  "BatchGetItem",
  "BatchWriteItem",
  "CreateTable",
  "DeleteItem",
  "DeleteTable",
  "DescribeTable",
  "GetItem",
  "ListTables",
  "ListTagsOfResource",
  "PutItem",
  "Query",
  "Scan",
  "TagResource",
  "UntagResource",
  "UpdateItem",
  "UpdateTable",
] as const;

/** An operation dynalite has by itself. */
export type Operation = (typeof OPERATIONS)[number];

export function isOperation(name: string): name is Operation {
  return OPERATIONS.some((operation) => operation === name);
}

const require = createRequire(import.meta.url);

export const database: Database = require("dynalite/db/index.js");
export const checks: Checks = require("dynalite/validations/index.js");

const operationChecks = new Map<Operation, OperationChecks>();
const actions = new Map<Operation, Action>();
for (const operation of OPERATIONS) {
  const file = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}.js`;
  operationChecks.set(operation, require(`dynalite/validations/${file}`));
  actions.set(operation, require(`dynalite/actions/${file}`));
}

export function checksOf(operation: Operation): OperationChecks {
  return loaded(operationChecks.get(operation), operation);
}

export function actionOf(operation: Operation): Action {
  return loaded(actions.get(operation), operation);
}

function loaded<T>(value: T | undefined, operation: Operation): T {
  if (value === undefined) throw new Error(`dynalite has no ${operation}`);
  return value;
}

/** The key under which dynalite's level database keeps an item, unique across tables. */
export function itemStorageKey(table: string, key: string): string {
  return `item-${table}~${key}`;
}

/** The key under which dynalite's level database keeps an index entry. */
export function indexStorageKey(kind: string, table: string, index: string, key: string): string {
  return `index-${kind.toLowerCase()}~${table}~${index}~${key}`;
}
