import { EVERY_CLAIM } from "../budget/counter.ts";
import type { OpenDay } from "../budget/state.ts";
import type { AccountRef } from "../ids.ts";
import type { Write } from "../table/table.ts";
import { closedDay, dayAttributes, daysSetAside } from "./budget-write.ts";
import { type Audited, auditEntry } from "./config-items.ts";
import { accountPk, CURRENT_BUDGET_STATE_SK } from "./keys.ts";

/** A budget's day that is set back. */
export interface SetBack {
  readonly account: AccountRef;
  /** The open day and the fence as they were read: nothing is written where they have changed. */
  readonly from: OpenDay;
  readonly fence: number;
  /** The right day, with everything recorded for it. */
  readonly to: OpenDay;
  /** Every later day with something recorded. */
  readonly setAside: readonly OpenDay[];
  readonly audited: Audited;
}

/**
 * Opens the right day in the place of a later one, which gets its row and is set aside. Raises the
 * fence: claims planned on the later day are refused.
 */
export function setBackWrites(setBack: SetBack, auditId: string): Write[] {
  const { account, from, fence, to, setAside, audited } = setBack;
  const dated = { ...account, updatedAt: audited.at };
  return [
    {
      kind: "put",
      table: "budgetState",
      item: {
        pk: accountPk(account),
        sk: CURRENT_BUDGET_STATE_SK,
        ...dayAttributes(account, to.dateKey, to.previousConsumedOn),
        ...Object.fromEntries(to.counts),
        ...daysSetAside(setAside),
        fence: fence + 1,
        updated_at: audited.at,
      },
      condition: `date_key = :dateKey AND #count = :count AND ${
        fence === 0 ? "(attribute_not_exists(fence) OR fence = :fence)" : "fence = :fence"
      }`,
      names: { "#count": EVERY_CLAIM },
      values: {
        ":dateKey": from.dateKey,
        ":count": from.counts.get(EVERY_CLAIM) ?? 0,
        ":fence": fence,
      },
    },
    { kind: "put", table: "budgetState", item: closedDay(dated, from) },
    {
      kind: "put",
      table: "ledger",
      item: auditEntry(audited, CURRENT_BUDGET_STATE_SK, auditId),
      condition: "attribute_not_exists(pk)",
    },
  ];
}
