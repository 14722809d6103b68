import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import type { BudgetWrite } from "../../budget/claim.ts";
import type { OpenDay } from "../../budget/state.ts";
import { expirySeconds } from "../../day.ts";
import type { AccountRef, ActionType } from "../../ids.ts";
import { typeCountName } from "./items.ts";
import { accountPk, CURRENT_BUDGET_STATE_SK, closedDaySk } from "./keys.ts";

export type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** How long a closed day's row is kept after its day. */
const CLOSED_DAY_KEPT_DAYS = 90;

/**
 * The budget's part of a commit: the current state first, then the row of the day it closes, if
 * it closes one. The condition on the current state holds everything the claim relies on.
 */
export function budgetItems(table: string, write: BudgetWrite): TransactItem[] {
  const { basis } = write.position;
  switch (basis.kind) {
    case "same-day":
      return [{ Update: countUp(table, write) }];
    case "none":
      return [openDayItem(table, write, { ConditionExpression: "attribute_not_exists(pk)" })];
    case "fence-only":
      return [
        openDayItem(table, write, {
          ConditionExpression: `attribute_exists(pk) AND attribute_not_exists(date_key) AND ${fenceIs(write)}`,
          ExpressionAttributeValues: { ":fence": write.position.fence },
        }),
      ];
    case "earlier-day":
      return [
        openDayItem(table, write, {
          ConditionExpression: `date_key = :openDay AND #count = :count AND ${fenceIs(write)}`,
          ExpressionAttributeNames: { "#count": "count" },
          ExpressionAttributeValues: {
            ":openDay": basis.closing.dateKey,
            ":count": basis.closing.count,
            ":fence": write.position.fence,
          },
        }),
        { Put: { TableName: table, Item: closedDay(write, basis.closing) } },
      ];
    default:
      return basis satisfies never;
  }
}

type PutCondition = Pick<
  NonNullable<TransactItem["Put"]>,
  "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

function openDayItem(table: string, write: BudgetWrite, condition: PutCondition): TransactItem {
  const { position } = write;
  return {
    Put: {
      TableName: table,
      Item: {
        pk: accountPk(write),
        sk: CURRENT_BUDGET_STATE_SK,
        ...stateAttributes(write, {
          dateKey: position.day,
          count: write.added,
          countByType: write.addedByType,
          ...(position.previousConsumedOn === undefined
            ? {}
            : { previousConsumedOn: position.previousConsumedOn }),
        }),
        ...(position.fence === 0 ? {} : { fence: position.fence }),
        updated_at: write.updatedAt,
      },
      ...condition,
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

/** Counts up only where the day, every ceiling and the fence still hold. */
function countUp(table: string, write: BudgetWrite): NonNullable<TransactItem["Update"]> {
  const names: Record<string, string> = { "#count": "count" };
  const values: Record<string, unknown> = {
    ":day": write.position.day,
    ":countMax": write.countMax,
    ":fence": write.position.fence,
    ":added": write.added,
    ":updatedAt": write.updatedAt,
  };
  const conditions = ["date_key = :day", "#count <= :countMax", fenceIs(write)];
  const additions = ["#count :added"];
  for (const [index, [actionType, added]] of [...write.addedByType].entries()) {
    names[`#type${index}`] = typeCountName(actionType);
    values[`:added${index}`] = added;
    additions.push(`#type${index} :added${index}`);
    const countMax = write.countMaxByType.get(actionType);
    if (countMax === undefined) continue;
    values[`:countMax${index}`] = countMax;
    conditions.push(`(attribute_not_exists(#type${index}) OR #type${index} <= :countMax${index})`);
  }
  return {
    TableName: table,
    Key: { pk: accountPk(write), sk: CURRENT_BUDGET_STATE_SK },
    UpdateExpression: `SET updated_at = :updatedAt ADD ${additions.join(", ")}`,
    ConditionExpression: conditions.join(" AND "),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

function closedDay(write: BudgetWrite, closing: OpenDay): Record<string, unknown> {
  return {
    pk: accountPk(write),
    sk: closedDaySk(closing.dateKey),
    ...stateAttributes(write, closing),
    updated_at: write.updatedAt,
    ttl: expirySeconds(closing.dateKey, CLOSED_DAY_KEPT_DAYS),
  };
}

function stateAttributes(account: AccountRef, day: OpenDay): Record<string, unknown> {
  return {
    tenant_id: account.tenant_id,
    account_id: account.account_id,
    date_key: day.dateKey,
    count: day.count,
    ...countAttributes(day.countByType),
    ...(day.previousConsumedOn === undefined
      ? {}
      : { previous_consumed_on: day.previousConsumedOn }),
  };
}

function countAttributes(counts: ReadonlyMap<ActionType, number>): Record<string, number> {
  return Object.fromEntries([...counts].map(([type, count]) => [typeCountName(type), count]));
}

/** An absent fence means 0. */
function fenceIs({ position }: BudgetWrite): string {
  return position.fence === 0
    ? "(attribute_not_exists(fence) OR fence = :fence)"
    : "fence = :fence";
}
