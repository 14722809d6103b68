import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import type { BudgetWrite } from "../../budget/claim.ts";
import { EVERY_CLAIM } from "../../budget/counter.ts";
import type { OpenDay } from "../../budget/state.ts";
import { type DateKey, expirySeconds } from "../../day.ts";
import type { AccountRef } from "../../ids.ts";
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
          ConditionExpression: `date_key = :dateKey AND #count = :count AND ${fenceIs(write)}`,
          ExpressionAttributeNames: { "#count": EVERY_CLAIM },
          ExpressionAttributeValues: {
            ":dateKey": basis.closing.dateKey,
            ":count": basis.closing.counts.get(EVERY_CLAIM) ?? 0,
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
  const { position, additions } = write;
  return {
    Put: {
      TableName: table,
      Item: {
        pk: accountPk(write),
        sk: CURRENT_BUDGET_STATE_SK,
        ...dayAttributes(write, position.dateKey, position.previousConsumedOn),
        ...Object.fromEntries([...additions].map(([counter, { units }]) => [counter, units])),
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
  const { position } = write;
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {
    ":dateKey": position.dateKey,
    ":fence": position.fence,
    ":updatedAt": write.updatedAt,
  };
  const conditions = ["date_key = :dateKey", fenceIs(write)];
  const additions: string[] = [];
  for (const [counter, { units, ceiling }] of write.additions) {
    const at = additions.length;
    names[`#count${at}`] = counter;
    values[`:units${at}`] = units;
    additions.push(`#count${at} :units${at}`);
    if (ceiling === Number.POSITIVE_INFINITY) continue;
    values[`:max${at}`] = ceiling - units;
    // A counter that was there cannot be gone on the same day: its absence is no room.
    const isRoom = `#count${at} <= :max${at}`;
    const isNew = !position.counts.has(counter);
    conditions.push(isNew ? `(attribute_not_exists(#count${at}) OR ${isRoom})` : isRoom);
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
    ...dayAttributes(write, closing.dateKey, closing.previousConsumedOn),
    ...Object.fromEntries(closing.counts),
    updated_at: write.updatedAt,
    ttl: expirySeconds(closing.dateKey, CLOSED_DAY_KEPT_DAYS),
  };
}

function dayAttributes(
  { tenant_id, account_id }: AccountRef,
  dateKey: DateKey,
  previousConsumedOn: DateKey | undefined,
): Record<string, unknown> {
  return {
    tenant_id,
    account_id,
    date_key: dateKey,
    ...(previousConsumedOn === undefined ? {} : { previous_consumed_on: previousConsumedOn }),
  };
}

/** An absent fence means 0. */
function fenceIs({ position }: BudgetWrite): string {
  return position.fence === 0
    ? "(attribute_not_exists(fence) OR fence = :fence)"
    : "fence = :fence";
}
