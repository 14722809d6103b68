import type { BudgetWrite } from "../budget/claim.ts";
import type { OpenDay } from "../budget/state.ts";
import { expirySeconds } from "../day.ts";
import type { AccountRef, ActionType } from "../ids.ts";
import type { Item, KeyedItem, Put, Update, Write } from "../table/table.ts";
import { typeCountName } from "./items.ts";
import { accountPk, CURRENT_BUDGET_STATE_SK, closedDaySk } from "./keys.ts";

/** How long a closed day's row is kept after its day. */
const CLOSED_DAY_KEPT_DAYS = 90;

/**
 * The budget's part of a commit: the current state first, then the row of the day it closes, if
 * it closes one. The condition on the current state holds everything the claim relies on.
 */
export function budgetWrites(write: BudgetWrite): Write[] {
  const { basis } = write.position;
  const { fence } = write.position;
  switch (basis.kind) {
    case "same-day":
      return [countUp(write)];
    case "none":
      return [openDay(write, { condition: "attribute_not_exists(pk)" })];
    case "fence-only":
      return [
        openDay(write, {
          condition: `attribute_exists(pk) AND attribute_not_exists(date_key) AND ${fenceIs(write)}`,
          values: { ":fence": fence },
        }),
      ];
    case "earlier-day":
      return [
        openDay(write, {
          condition: `date_key = :openDay AND #count = :count AND ${fenceIs(write)}`,
          names: { "#count": "count" },
          values: {
            ":openDay": basis.closing.dateKey,
            ":count": basis.closing.count,
            ":fence": fence,
          },
        }),
        { kind: "put", table: "budgetState", item: closedDay(write, basis.closing) },
      ];
    default:
      return basis satisfies never;
  }
}

function openDay(write: BudgetWrite, condition: Pick<Put, "condition" | "names" | "values">): Put {
  const { position } = write;
  return {
    kind: "put",
    table: "budgetState",
    item: {
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
  };
}

/** Counts up only where the day, every ceiling and the fence still hold. */
function countUp(write: BudgetWrite): Update {
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
    kind: "update",
    table: "budgetState",
    pk: accountPk(write),
    sk: CURRENT_BUDGET_STATE_SK,
    update: `SET updated_at = :updatedAt ADD ${additions.join(", ")}`,
    condition: conditions.join(" AND "),
    names,
    values,
  };
}

function closedDay(write: BudgetWrite, closing: OpenDay): KeyedItem {
  return {
    pk: accountPk(write),
    sk: closedDaySk(closing.dateKey),
    ...stateAttributes(write, closing),
    updated_at: write.updatedAt,
    ttl: expirySeconds(closing.dateKey, CLOSED_DAY_KEPT_DAYS),
  };
}

function stateAttributes(account: AccountRef, day: OpenDay): Item {
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
