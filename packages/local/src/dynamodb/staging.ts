import {
  type Answer,
  type BatchOperation,
  type Item,
  indexStorageKey,
  itemStorageKey,
  type Keyspace,
  type Operation,
  type Params,
  type StoreView,
  type Table,
} from "./dynalite.ts";
import type { Engine } from "./engine.ts";
import { run } from "./engine.ts";

/** What a write would do, before it is done. */
export interface StagedWrite {
  readonly answer: Answer;
  /** The item afterwards; undefined after a delete. */
  readonly written: Item | undefined;
  /** The item and its index entries, to be applied together. */
  readonly operations: readonly BatchOperation[];
}

export interface WriteTarget {
  readonly operation: Extract<Operation, "PutItem" | "UpdateItem" | "DeleteItem">;
  readonly params: Params;
  readonly table: Table;
  /** The item as it is now. The caller must keep others from changing it until the staged write is applied. */
  readonly existing: Item | undefined;
}

/**
 * Runs dynalite's own action against a view that holds only the existing item and notes the writes
 * instead of doing them. Throws the action's refusal: a failed condition, an update that does not fit.
 */
export async function stageWrite(engine: Engine, target: WriteTarget): Promise<StagedWrite> {
  const operations: BatchOperation[] = [];
  let written: Item | undefined;
  const noting = (storageKey: (key: string) => string): Keyspace => ({
    lock: (_key, turn) => turn((done) => done),
    get: (_key, done) => done(undefined, target.existing),
    put: (key, value, done) => {
      operations.push({ type: "put", key: storageKey(key), value });
      done(undefined);
    },
    del: (key, done) => {
      operations.push({ type: "del", key: storageKey(key) });
      done(undefined);
    },
  });
  const view: StoreView = {
    options: engine.store.options,
    getTable: (_name, done) => done(undefined, target.table),
    getItemDb(table) {
      const items = noting((key) => itemStorageKey(table, key));
      return {
        ...items,
        put(key, item, done) {
          written = item;
          items.put(key, item, done);
        },
      };
    },
    getIndexDb: (kind, table, index) => noting((key) => indexStorageKey(kind, table, index, key)),
  };
  const answer = await run(view, target.operation, target.params);
  return { answer, written, operations };
}
