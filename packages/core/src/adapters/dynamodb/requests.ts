import type { QueryCommandInput, TransactWriteItem } from "@aws-sdk/client-dynamodb";
import {
  type Check,
  type ExpressionTerms,
  type Item,
  keyNames,
  type Query,
  type Write,
} from "../../table/table.ts";
import { nameOf, type SomeTableNames } from "./client.ts";
import { toWire } from "./wire.ts";

/** Requests of the table port in DynamoDB's form. */

/** The condition of a write and all that its expressions refer to; a refusal comes with the item. */
export function terms({ condition, names, values }: Pick<Write, "condition" | "names" | "values">) {
  return {
    ...(condition === undefined
      ? {}
      : ({
          ConditionExpression: condition,
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        } as const)),
    ...attributes({ names, values }),
  };
}

/** One write as an entry of TransactWriteItems. */
export function transactItem(write: Write | Check, tables: SomeTableNames): TransactWriteItem {
  const TableName = nameOf(tables, write.table);
  switch (write.kind) {
    case "put":
      return { Put: { TableName, Item: toWire(write.item), ...terms(write) } };
    case "update": {
      const { pk, sk, update } = write;
      const Key = toWire({ pk, sk });
      return { Update: { TableName, Key, UpdateExpression: update, ...terms(write) } };
    }
    case "delete": {
      const { pk, sk } = write;
      return { Delete: { TableName, Key: toWire({ pk, sk }), ...terms(write) } };
    }
    case "check": {
      const { pk, sk, condition } = write;
      const Key = toWire({ pk, sk });
      return {
        ConditionCheck: { TableName, Key, ...terms(write), ConditionExpression: condition },
      };
    }
    default:
      return write satisfies never;
  }
}

export function queryInput(query: Query, tables: SomeTableNames): QueryCommandInput {
  const { table, index, partition, range, filter, after } = query;
  const { partitionKey, sortKey } = keyNames(query);
  const sort = sortCondition(range);
  return {
    TableName: nameOf(tables, table),
    ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
    KeyConditionExpression: `#partition = :partition${sort.condition}`,
    ScanIndexForward: query.order === "ascending",
    ...(filter === undefined ? {} : { FilterExpression: filter.condition }),
    ...attributes({
      names: {
        "#partition": partitionKey,
        ...(range === undefined ? {} : { "#sort": sortKey }),
        ...filter?.names,
      },
      values: { ":partition": partition, ...sort.values, ...filter?.values },
    }),
    ...(query.limit === undefined ? {} : { Limit: query.limit }),
    ...(after === undefined ? {} : { ExclusiveStartKey: toWire(after) }),
  };
}

function sortCondition(range: Query["range"]): { condition: string; values: Item } {
  if (range === undefined) return { condition: "", values: {} };
  if ("prefix" in range) {
    return { condition: " AND begins_with(#sort, :prefix)", values: { ":prefix": range.prefix } };
  }
  const values = { ":first": range.from, ":last": range.to };
  return { condition: " AND #sort BETWEEN :first AND :last", values };
}

function attributes({ names, values }: ExpressionTerms) {
  return {
    ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
    ...(values === undefined ? {} : { ExpressionAttributeValues: toWire(values) }),
  };
}
