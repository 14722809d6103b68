import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type * as z from "zod";
import {
  type Answer,
  actionOf,
  type Callback,
  checks,
  checksOf,
  database,
  type Item,
  itemStorageKey,
  type JsonObject,
  type Operation,
  type Params,
  type Store,
  type StoreView,
  type Table,
} from "./dynalite.ts";
import { createItemLocks, type ItemLocks } from "./item-locks.ts";
import { validationRefusal } from "./refusal.ts";
import { createRequestTokens, type RequestTokens } from "./request-tokens.ts";

/** Bytes of any one expression: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const EXPRESSION_BYTES_MAX = 4096;

const EXPRESSIONS = [
  "ConditionExpression",
  "FilterExpression",
  "KeyConditionExpression",
  "ProjectionExpression",
  "UpdateExpression",
] as const;

/** One database, in memory or in a folder, with what dynalite does not keep by itself. */
export interface Engine {
  readonly store: Store;
  readonly locks: ItemLocks;
  readonly tokens: RequestTokens;
  /** TTL attribute by table name. */
  readonly timeToLive: Map<string, string>;
}

export interface EngineInput {
  /** Where tables and items are kept; absent: in memory. */
  readonly folder?: string | undefined;
  readonly now?: () => number;
}

/** Rejects when another process has the folder open. */
export async function openEngine({ folder, now = Date.now }: EngineInput = {}): Promise<Engine> {
  const delays = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const store = database.create({ ...delays, ...(folder === undefined ? {} : { path: folder }) });
  await store.db.open();
  // dynalite's own stream never closes its iterator, and each open iterator keeps a copy of the data alive.
  store.db.createValueStream = (range) => Readable.from(store.db.values(range));
  return {
    store,
    locks: createItemLocks(),
    tokens: createRequestTokens(now),
    timeToLive: new Map(),
  };
}

/** Throws a ValidationException or SerializationException as DynamoDB would. May change `body`. */
export function validate(engine: Engine, operation: Operation, body: JsonObject): Params {
  for (const name of EXPRESSIONS) {
    const expression = body[name];
    if (typeof expression !== "string") continue;
    const bytes = Buffer.byteLength(expression);
    if (bytes > EXPRESSION_BYTES_MAX) {
      throw validationRefusal(
        `Invalid ${name}: Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
      );
    }
  }
  const { types, custom } = checksOf(operation);
  refuseUnserved(operation, body, types);
  const params = checks.checkTypes({ ...body }, types);
  checks.checkValidations(params, types, custom, engine.store);
  return params;
}

/** Served by this package, or, for a scan, always so: dynalite knows nothing of them. */
const SERVED_HERE: ReadonlySet<string> = new Set([
  "ReturnValuesOnConditionCheckFailure",
  "ConsistentRead",
]);

/** dynalite drops what it does not know. */
function refuseUnserved(operation: Operation, body: JsonObject, types: object): void {
  const unknown = Object.keys(body).filter(
    (name) => !Object.hasOwn(types, name) && !SERVED_HERE.has(name),
  );
  if (unknown.length > 0) {
    throw validationRefusal(`This stand-in does not serve ${unknown.join(", ")} of ${operation}`);
  }
}

/** Runs dynalite's own action, on the store or on a view of it. */
export function run(view: StoreView, operation: Operation, params: Params): Promise<Answer> {
  return promised((done) => actionOf(operation)(view, params, done));
}

/** Throws ResourceNotFoundException. */
export function loadTable(engine: Engine, name: string): Promise<Table> {
  return promised((done) => engine.store.getTable(name, done));
}

/** Why the item or key does not fit the table, if it does not. */
export function keyProblem(params: Params, table: Table): Error | undefined {
  const problem = params.Item
    ? database.validateItem(params.Item, table)
    : database.validateKey(params.Key ?? {}, table);
  return problem ?? undefined;
}

/** The place of the item that a checked request is about. */
export function storageKeyOf(params: Params, table: Table): string {
  return itemStorageKey(table.TableName, keyOf(params, table));
}

export function keyOf(params: Params, table: Table): string {
  return database.createKey(params.Item ?? params.Key ?? {}, table);
}

/** Bytes as DynamoDB counts them. */
export function itemBytes(item: Item): number {
  return database.itemSize(item);
}

/**
 * Lets other requests run between reading an item and writing it. On AWS a write takes time, and who
 * arrives in that time meets it; without this pause no request would ever see another under way.
 */
export async function letOthersMeetThis(): Promise<void> {
  await setImmediate();
}

/** Throws a ValidationException that names each field at fault. */
export function parseRequest<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw validationRefusal(`${issues.length} validation errors detected: ${issues.join("; ")}`);
}

function promised<T>(start: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error) reject(error);
      else if (value === undefined) reject(new Error("dynalite answered with nothing"));
      else resolve(value);
    });
  });
}
