import * as z from "zod";
import type { Answer, Item, JsonObject } from "./dynalite.ts";
import {
  type Engine,
  keyOf,
  keyProblem,
  letOthersMeetThis,
  loadTable,
  parseRequest,
  storageKeyOf,
  validate,
} from "./engine.ts";
import { codeOf, isRefusal, messageOf, Refusal } from "./refusal.ts";
import { stageWrite, type WriteTarget } from "./staging.ts";

/** What a failed condition brings back. */
export const ReturnOnFailure = z.enum(["ALL_OLD", "NONE"]).optional();

const WriteRequest = z.object({ ReturnValuesOnConditionCheckFailure: ReturnOnFailure });

/**
 * PutItem, UpdateItem, DeleteItem. Writes of one item take turns; a write that meets a transaction
 * is refused with TransactionConflictException. A failed condition carries the item it was tested
 * on, when ALL_OLD asks for it.
 */
export async function writeItem(
  engine: Engine,
  operation: WriteTarget["operation"],
  body: JsonObject,
): Promise<Answer> {
  const { ReturnValuesOnConditionCheckFailure } = parseRequest(WriteRequest, body);
  const params = validate(engine, operation, body);
  const table = await loadTable(engine, params.TableName);
  const problem = keyProblem(params, table);
  if (problem !== undefined) throw problem;

  const storageKey = storageKeyOf(params, table);
  const release = engine.locks.beginWrite(storageKey);
  if (release === undefined) {
    throw new Refusal("TransactionConflictException", "Transaction is ongoing for the item");
  }
  try {
    return await inTurn(engine, params.TableName, keyOf(params, table), async () => {
      const [existing] = await engine.store.db.getMany([storageKey]);
      await letOthersMeetThis();
      try {
        const staged = await stageWrite(engine, { operation, params, table, existing });
        await engine.store.db.batch([...staged.operations]);
        return staged.answer;
      } catch (error) {
        throw withOldItem(error, ReturnValuesOnConditionCheckFailure, existing);
      }
    });
  } finally {
    release();
  }
}

function withOldItem(
  error: unknown,
  wanted: z.infer<typeof ReturnOnFailure>,
  existing: Item | undefined,
): unknown {
  if (wanted !== "ALL_OLD" || existing === undefined || !isRefusal(error)) return error;
  const code = codeOf(error);
  if (code !== "ConditionalCheckFailedException") return error;
  return new Refusal(code, messageOf(error), { Item: existing });
}

function inTurn<T>(engine: Engine, table: string, key: string, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    engine.store.getItemDb(table).lock(key, (release) => {
      work().then(release(resolve), release(reject));
    });
  });
}
