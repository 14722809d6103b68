import { Instant } from "../day.ts";
import type { BudgetOwner } from "../ids.ts";
import type { BudgetStateRead, BudgetStateReader } from "../read-ports.ts";
import type { Table } from "../table/table.ts";
import { budgetStateFrom } from "./items.ts";
import { budgetPk, CURRENT_BUDGET_STATE_SK, closedDaySk } from "./keys.ts";

/** Budget states as the gate left them, read strongly consistent. */
export function budgetStateReader(table: Pick<Table, "get">): BudgetStateReader {
  const read = async (owner: BudgetOwner, sk: string): Promise<BudgetStateRead> => {
    const item = await table.get({ table: "budgetState", pk: budgetPk(owner), sk });
    const updatedAt = Instant.safeParse(item?.updated_at);
    return {
      state: budgetStateFrom(item),
      ...(updatedAt.success ? { updated_at: updatedAt.data } : {}),
    };
  };
  return {
    current: (owner) => read(owner, CURRENT_BUDGET_STATE_SK),
    closed: (owner, day) => read(owner, closedDaySk(day)),
  };
}
