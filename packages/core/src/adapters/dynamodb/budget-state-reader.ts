import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { Instant } from "../../day.ts";
import type { AccountRef } from "../../ids.ts";
import type { BudgetStateRead, BudgetStateReader } from "../../read-ports.ts";
import { budgetStateFrom } from "./items.ts";
import { accountPk, CURRENT_BUDGET_STATE_SK, closedDaySk } from "./keys.ts";
import { read } from "./read.ts";

/** Budget states as the gate left them, read strongly consistent. */
export function dynamoBudgetStateReader(
  client: DynamoDBDocumentClient,
  table: string,
): BudgetStateReader {
  const get = async (account: AccountRef, sk: string): Promise<BudgetStateRead> => {
    const Key = { pk: accountPk(account), sk };
    const { Item } = await read("GetItem", () =>
      client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true })),
    );
    const updatedAt = Instant.safeParse(Item?.updated_at);
    return {
      state: budgetStateFrom(Item),
      ...(updatedAt.success ? { updated_at: updatedAt.data } : {}),
    };
  };
  return {
    current: (account) => get(account, CURRENT_BUDGET_STATE_SK),
    closed: (account, day) => get(account, closedDaySk(day)),
  };
}
