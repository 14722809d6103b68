import * as z from "zod";
import type { Answer, Item, JsonObject, Keyspace, Params, StoreView, Table } from "./dynalite.ts";
import {
  type Engine,
  keyProblem,
  loadTable,
  parseRequest,
  run,
  storageKeyOf,
  validate,
} from "./engine.ts";
import { type CancellationReason, CONFLICT, cancelled, Refusal } from "./refusal.ts";
import { TRANSACTION_ITEMS_MAX } from "./transact-write-request.ts";

const TransactGetRequest = z.strictObject({
  TransactItems: z
    .array(
      z.strictObject({
        Get: z.strictObject({
          TableName: z.string(),
          Key: z.unknown(),
          ProjectionExpression: z.string().optional(),
          ExpressionAttributeNames: z.unknown().optional(),
        }),
      }),
    )
    .min(1)
    .max(TRANSACTION_ITEMS_MAX),
  ReturnConsumedCapacity: z.enum(["INDEXES", "TOTAL", "NONE"]).optional(),
});

/**
 * All items as they were at one moment. Cancelled with TransactionConflict when one of them is being
 * written at that moment.
 */
export async function transactGetItems(engine: Engine, body: JsonObject): Promise<Answer> {
  const { TransactItems } = parseRequest(TransactGetRequest, body);
  const reads = await Promise.all(
    TransactItems.map(async ({ Get }) => {
      const params = validate(engine, "GetItem", Get);
      const table = await loadTable(engine, params.TableName);
      const problem = keyProblem(params, table);
      if (problem !== undefined) throw problem;
      return { params, table, storageKey: storageKeyOf(params, table) };
    }),
  );
  refuseConflicts(reads.map(({ storageKey }) => engine.locks.isBusy(storageKey)));
  const items = await engine.store.db.getMany(reads.map(({ storageKey }) => storageKey));
  const answers = await Promise.all(
    reads.map(({ params, table }, index) => project(engine, params, table, items[index])),
  );
  return { Responses: answers.map(({ Item }) => (Item === undefined ? {} : { Item })) };
}

function refuseConflicts(busy: readonly boolean[]): void {
  if (!busy.includes(true)) return;
  const reasons = busy.map((isBusy): CancellationReason => (isBusy ? CONFLICT : { Code: "None" }));
  throw cancelled(reasons);
}

/** Lets dynalite's GetItem see this item and nothing else. */
function project(
  engine: Engine,
  params: Params,
  table: Table,
  item: Item | undefined,
): Promise<Answer> {
  const refuse = () => {
    throw new Refusal("InternalServerError", "A read tried to write");
  };
  const items: Keyspace = {
    lock: refuse,
    get: (_key, done) => done(undefined, item),
    put: refuse,
    del: refuse,
  };
  const view: StoreView = {
    options: engine.store.options,
    getTable: (_name, done) => done(undefined, table),
    getItemDb: () => items,
    getIndexDb: () => items,
  };
  return run(view, "GetItem", params);
}
