import * as z from "zod";
import type { JsonObject, Params } from "./dynalite.ts";
import { type Engine, validate } from "./engine.ts";
import { validationRefusal } from "./refusal.ts";
import type { WriteTarget } from "./staging.ts";
import { ReturnOnFailure } from "./write-item.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
export const TRANSACTION_ITEMS_MAX = 100;

/** Left to dynalite's checks; absent fields stay absent. */
const unchecked = z.unknown().optional();

const common = {
  TableName: z.string(),
  ConditionExpression: z.string().optional(),
  ExpressionAttributeNames: unchecked,
  ExpressionAttributeValues: unchecked,
  ReturnValuesOnConditionCheckFailure: ReturnOnFailure,
};

const TransactWriteEntry = z.strictObject({
  ConditionCheck: z
    .strictObject({ ...common, Key: z.unknown(), ConditionExpression: z.string() })
    .optional(),
  Delete: z.strictObject({ ...common, Key: z.unknown() }).optional(),
  Put: z.strictObject({ ...common, Item: z.unknown() }).optional(),
  Update: z.strictObject({ ...common, Key: z.unknown(), UpdateExpression: z.string() }).optional(),
});
type TransactWriteEntry = z.infer<typeof TransactWriteEntry>;

export const TransactWriteRequest = z.strictObject({
  TransactItems: z.array(TransactWriteEntry).min(1).max(TRANSACTION_ITEMS_MAX),
  ClientRequestToken: z.string().min(1).max(36).optional(),
  ReturnConsumedCapacity: z.enum(["INDEXES", "TOTAL", "NONE"]).optional(),
  ReturnItemCollectionMetrics: z.enum(["SIZE", "NONE"]).optional(),
});

/** One checked item of a transaction. */
export interface PlannedWrite {
  readonly operation: WriteTarget["operation"];
  readonly params: Params;
  /** A ConditionCheck tests and writes nothing. */
  readonly isCheckOnly: boolean;
  readonly returnsOldItem: boolean;
}

/** Throws a ValidationException for the whole request, as DynamoDB does for what needs no stored item to see. */
export function planWrite(engine: Engine, entry: TransactWriteEntry): PlannedWrite {
  const given = Object.values(entry).filter((write) => write !== undefined);
  const [write] = given;
  if (write === undefined || given.length > 1) {
    throw validationRefusal("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  const { ReturnValuesOnConditionCheckFailure, ...fields } = write;
  const operation = operationOf(entry);
  // dynalite reports capacity only when asked; the caller decides whether to pass it on.
  const body: JsonObject = { ...fields, ReturnConsumedCapacity: "TOTAL" };
  return {
    operation,
    params: validate(engine, operation, body),
    isCheckOnly: entry.ConditionCheck !== undefined,
    returnsOldItem: ReturnValuesOnConditionCheckFailure === "ALL_OLD",
  };
}

/** A ConditionCheck is tested as a delete that is not carried out. */
function operationOf(entry: TransactWriteEntry): WriteTarget["operation"] {
  if (entry.Put !== undefined) return "PutItem";
  if (entry.Update !== undefined) return "UpdateItem";
  return "DeleteItem";
}
