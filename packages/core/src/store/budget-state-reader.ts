import { Instant } from "../day.ts";
import type { AccountRef } from "../ids.ts";
import type { BudgetStateRead, BudgetStateReader } from "../read-ports.ts";
import type { Table } from "../table/table.ts";
import { budgetStateFrom } from "./items.ts";
import { accountPk, CURRENT_BUDGET_STATE_SK, closedDaySk } from "./keys.ts";

/** Budget states as the gate left them, read strongly consistent. */
export function budgetStateReader(table: Pick<Table, "get">): BudgetStateReader {
  const read = async (account: AccountRef, sk: string): Promise<BudgetStateRead> => {
    const item = await table.get({ table: "budgetState", pk: accountPk(account), sk });
    const updatedAt = Instant.safeParse(item?.updated_at);
    return {
      state: budgetStateFrom(item),
      ...(updatedAt.success ? { updated_at: updatedAt.data } : {}),
    };
  };
  return {
    current: (account) => read(account, CURRENT_BUDGET_STATE_SK),
    closed: (account, day) => read(account, closedDaySk(day)),
  };
}
