import type { TransactItem } from "@autonomy-gate/core/adapters/dynamodb/budget-write";
import type { WriteAction } from "./dynamo.ts";
import type { Address } from "./tables.ts";

interface ConditionInput {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

/** What an entry of TransactWriteItems, in the document client's form, asks for. */
export function actionOf({ Put, Update, Delete }: TransactItem): WriteAction {
  if (Put !== undefined) {
    const item = Put.Item ?? {};
    return { ...addressOf(Put.TableName, item), item, ...conditionOf(Put) };
  }
  if (Update !== undefined) {
    return {
      ...addressOf(Update.TableName, Update.Key),
      update: Update.UpdateExpression,
      ...conditionOf(Update),
    };
  }
  if (Delete !== undefined) {
    return { ...addressOf(Delete.TableName, Delete.Key), ...conditionOf(Delete) };
  }
  throw new TypeError("The simulation knows Put, Update and Delete.");
}

function addressOf(table: string | undefined, key: object | undefined): Address {
  const { pk, sk } = { pk: undefined, sk: undefined, ...key };
  return { table: String(table), pk: String(pk), sk: String(sk) };
}

function conditionOf(input: ConditionInput) {
  return {
    condition: input.ConditionExpression,
    names: input.ExpressionAttributeNames,
    values: input.ExpressionAttributeValues,
    returnsOld: input.ReturnValuesOnConditionCheckFailure === "ALL_OLD",
  };
}
