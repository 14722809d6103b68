import type { Answer, BatchEntry, JsonObject, Params, Table } from "./dynalite.ts";
import { type Engine, keyProblem, loadTable, run, storageKeyOf, validate } from "./engine.ts";
import type { Release } from "./item-locks.ts";

/** BatchWriteItem. Writes that meet a transaction come back as UnprocessedItems; the others are done. */
export async function batchWriteItem(engine: Engine, body: JsonObject): Promise<Answer> {
  const params = validate(engine, "BatchWriteItem", body);
  const releases: Release[] = [];
  const admitted: Record<string, BatchEntry[]> = {};
  const refused: Record<string, BatchEntry[]> = {};
  try {
    for (const [name, entries] of Object.entries(params.RequestItems ?? {})) {
      const table = await loadTable(engine, name);
      for (const entry of entries) {
        const isAdmitted = admit(engine, table, entry, releases);
        const list = isAdmitted ? admitted : refused;
        list[name] = [...(list[name] ?? []), entry];
      }
    }
    const answer = await run(engine.store, "BatchWriteItem", { ...params, RequestItems: admitted });
    return { ...answer, UnprocessedItems: { ...answer.UnprocessedItems, ...refused } };
  } finally {
    for (const release of releases) release();
  }
}

/** An entry with a bad key is admitted: dynalite refuses the request for it. */
function admit(engine: Engine, table: Table, entry: BatchEntry, releases: Release[]): boolean {
  const params: Params = {
    TableName: table.TableName,
    ...(entry.PutRequest && { Item: entry.PutRequest.Item }),
    ...(entry.DeleteRequest && { Key: entry.DeleteRequest.Key }),
  };
  if (keyProblem(params, table) !== undefined) return true;
  const release = engine.locks.beginWrite(storageKeyOf(params, table));
  if (release === undefined) return false;
  releases.push(release);
  return true;
}
