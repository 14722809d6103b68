import { batchWriteItem } from "./batch-write.ts";
import { isOperation, type JsonObject } from "./dynalite.ts";
import { type Engine, run, validate } from "./engine.ts";
import { Refusal } from "./refusal.ts";
import { describeTimeToLive, updateTimeToLive } from "./time-to-live.ts";
import { transactGetItems } from "./transact-get.ts";
import { transactWriteItems } from "./transact-write.ts";
import { writeItem } from "./write-item.ts";

/** Does what the request asks and answers with the response's body. Throws a refusal, or a fault of ours. */
export async function perform(
  engine: Engine,
  operation: string,
  body: JsonObject,
): Promise<JsonObject> {
  switch (operation) {
    case "TransactWriteItems":
      return transactWriteItems(engine, body);
    case "TransactGetItems":
      return transactGetItems(engine, body);
    case "PutItem":
    case "UpdateItem":
    case "DeleteItem":
      return writeItem(engine, operation, body);
    case "BatchWriteItem":
      return batchWriteItem(engine, body);
    case "UpdateTimeToLive":
      return updateTimeToLive(engine, body);
    case "DescribeTimeToLive":
      return describeTimeToLive(engine, body);
    default:
      return performAlone(engine, operation, body);
  }
}

/** What dynalite does by itself. */
async function performAlone(
  engine: Engine,
  operation: string,
  body: JsonObject,
): Promise<JsonObject> {
  if (!isOperation(operation)) {
    throw new Refusal("UnknownOperationException", `The local stand-in has no ${operation}`);
  }
  const params = validate(engine, operation, body);
  const answer = await run(engine.store, operation, params);
  if (operation === "DeleteTable") engine.timeToLive.delete(params.TableName);
  return answer;
}
