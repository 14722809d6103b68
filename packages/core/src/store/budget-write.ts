import type { BudgetWrite } from "../budget/claim.ts";
import { EVERY_CLAIM } from "../budget/counter.ts";
import type { OpenDay } from "../budget/state.ts";
import { type DateKey, expirySeconds } from "../day.ts";
import type { BudgetOwner } from "../ids.ts";
import type { Item, KeyedItem, Put, Update, Write } from "../table/table.ts";
import { budgetPk, CURRENT_BUDGET_STATE_SK, closedDaySk } from "./keys.ts";

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
          condition: `date_key = :dateKey AND #count = :count AND ${fenceIs(write)}`,
          names: { "#count": EVERY_CLAIM },
          values: {
            ":dateKey": basis.closing.dateKey,
            ":count": basis.closing.counts.get(EVERY_CLAIM) ?? 0,
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
      pk: budgetPk(write),
      sk: CURRENT_BUDGET_STATE_SK,
      ...dayAttributes(write, position.dateKey, position.previousConsumedOn),
      ...countsAfter(write),
      ...daysSetAside(position.setAside),
      ...(position.fence === 0 ? {} : { fence: position.fence }),
      updated_at: write.updatedAt,
    },
    ...condition,
  };
}

/** The counts of a day that is opened: what is added to what it had when it was set aside. */
function countsAfter({ position, additions }: BudgetWrite): Item {
  const counts = new Map(position.counts);
  for (const [counter, { units }] of additions) {
    counts.set(counter, (counts.get(counter) ?? 0) + units);
  }
  return Object.fromEntries(counts);
}

/** Counts up only where the day, every ceiling and the fence still hold. */
function countUp(write: BudgetWrite): Update {
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
    kind: "update",
    table: "budgetState",
    pk: budgetPk(write),
    sk: CURRENT_BUDGET_STATE_SK,
    update: `SET updated_at = :updatedAt ADD ${additions.join(", ")}`,
    condition: conditions.join(" AND "),
    names,
    values,
  };
}

/** The row of a day that is not open any more. */
export function closedDay(
  { updatedAt, ...account }: BudgetOwner & Pick<BudgetWrite, "updatedAt">,
  closing: OpenDay,
): KeyedItem {
  return {
    pk: budgetPk(account),
    sk: closedDaySk(closing.dateKey),
    ...dayAttributes(account, closing.dateKey, closing.previousConsumedOn),
    ...Object.fromEntries(closing.counts),
    updated_at: updatedAt,
    ttl: expirySeconds(closing.dateKey, CLOSED_DAY_KEPT_DAYS),
  };
}

/** The attribute that holds the days set aside; none where there are none. */
export function daysSetAside(days: readonly OpenDay[] = []): Item {
  if (days.length === 0) return {};
  return {
    days_set_aside: days.map(({ dateKey, counts, previousConsumedOn }) => ({
      date_key: dateKey,
      ...(previousConsumedOn === undefined ? {} : { previous_consumed_on: previousConsumedOn }),
      ...Object.fromEntries(counts),
    })),
  };
}

export function dayAttributes(
  { tenant_id, account_id }: BudgetOwner,
  dateKey: DateKey,
  previousConsumedOn: DateKey | undefined,
): Item {
  return {
    tenant_id,
    ...(account_id === undefined ? {} : { account_id }),
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
