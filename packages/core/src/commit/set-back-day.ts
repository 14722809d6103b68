import { EVERY_CLAIM } from "../budget/counter.ts";
import type { BudgetState, OpenDay } from "../budget/state.ts";
import type { ConfigAttributes } from "../config/change.ts";
import type { DateKey } from "../day.ts";
import { TransientError } from "../errors.ts";
import type { AccountRef } from "../ids.ts";
import { budgetStateReader } from "../store/budget-state-reader.ts";
import type { Audited } from "../store/config-items.ts";
import { setBackWrites } from "../store/set-back-writes.ts";
import type { Stored } from "../stored.ts";
import { deadlineIn } from "./backoff.ts";
import type { ConfigStorePorts } from "./config-store.ts";
import { untilDone } from "./until-done.ts";

/** How long a request may be tried again. Below what API Gateway allows an answer to take. */
const SET_BACK_MS_MAX = 15_000;
const DELAY_MS_MAX = 100;

/** Most later days that can be set aside: a wrong clock opens one or two. */
const DAYS_SET_ASIDE_MAX = 20;

export interface SetBackRequest extends AccountRef {
  readonly date_key: DateKey;
  readonly audited: Omit<Audited, "scope" | "before" | "after">;
}

export type SetBackReply =
  /** The day asked for is open, perhaps since an earlier request. */
  | { readonly status: "open" }
  /** No later day than the one asked for is open. */
  | { readonly status: "not-later"; readonly open?: DateKey }
  /** What was recorded for a day cannot be read, so that nothing may be counted from it. */
  | { readonly status: "unreadable"; readonly day?: DateKey }
  | { readonly status: "too-many-days" };

/**
 * Sets a budget's open day back to the right one. What is recorded for the right day is counted
 * there again; what is recorded for later days is counted for them when they come. The caller
 * settles the account afterwards.
 */
export function setBackDay(
  ports: ConfigStorePorts,
  request: SetBackRequest,
): Promise<SetBackReply> {
  const { clock } = ports;
  const deadline = deadlineIn(clock, SET_BACK_MS_MAX);
  return untilDone(() => setBackOnce(ports, request), {
    clock,
    deadline,
    delayMsMax: DELAY_MS_MAX,
  });
}

async function setBackOnce(
  { table, newId }: ConfigStorePorts,
  { date_key, audited, ...account }: SetBackRequest,
): Promise<SetBackReply> {
  const { current } = budgetStateReader(table);
  const { state } = await current(account);
  if (state.status === "unreadable") return { status: "unreadable" };
  const open = state.status === "readable" ? state.value.openDay : undefined;
  if (state.status === "absent" || open === undefined) return { status: "not-later" };
  if (open.dateKey === date_key) return { status: "open" };
  if (open.dateKey < date_key) return { status: "not-later", open: open.dateKey };
  const days = await daysFrom(table, account, state.value, open, date_key);
  if (!("to" in days)) return days;
  const reply = await table.transact(
    setBackWrites(
      {
        account,
        from: open,
        fence: state.value.fence,
        ...days,
        audited: {
          ...audited,
          scope: { kind: "ACCOUNT", ...account },
          before: shown(open),
          after: shown(days.to),
        },
      },
      newId(),
    ),
  );
  if (reply.status === "done") return { status: "open" };
  throw new TransientError("CONFLICT", "The budget moved while its day was being set back.");
}

/** The right day as recorded, and every later one. */
interface Days {
  readonly to: OpenDay;
  readonly setAside: readonly OpenDay[];
}

/**
 * Every day with something recorded names the one before it, so following the names from the open
 * day meets each later day; those that were set aside before are known.
 */
async function daysFrom(
  table: ConfigStorePorts["table"],
  account: AccountRef,
  { setAside: known = [] }: BudgetState,
  open: OpenDay,
  dateKey: DateKey,
): Promise<Days | SetBackReply> {
  const { closed } = budgetStateReader(table);
  const days = new Map([...known, open].map((day) => [day.dateKey, day]));
  let previous = open.previousConsumedOn;
  while (previous !== undefined && previous > dateKey) {
    if (days.size > DAYS_SET_ASIDE_MAX) return { status: "too-many-days" };
    const day = openDayOf((await closed(account, previous)).state);
    if (day === undefined) return { status: "unreadable", day: previous };
    days.set(day.dateKey, day);
    previous = day.previousConsumedOn;
  }
  const setAside = [...days.values()].filter((day) => day.dateKey > dateKey);
  if (setAside.length > DAYS_SET_ASIDE_MAX) return { status: "too-many-days" };
  const row = (await closed(account, dateKey)).state;
  const to = days.get(dateKey) ?? openDayOf(row) ?? unusedDay(dateKey, row, previous);
  return to === undefined ? { status: "unreadable", day: dateKey } : { to, setAside };
}

/** A day for which nothing is recorded; `undefined` where a later one says that something is. */
function unusedDay(
  dateKey: DateKey,
  row: Stored<BudgetState>,
  previousConsumedOn: DateKey | undefined,
): OpenDay | undefined {
  if (row.status !== "absent" || previousConsumedOn === dateKey) return undefined;
  const counts = new Map([[EVERY_CLAIM, 0] as const]);
  return { dateKey, counts, ...(previousConsumedOn === undefined ? {} : { previousConsumedOn }) };
}

function openDayOf(state: Stored<BudgetState>): OpenDay | undefined {
  return state.status === "readable" ? state.value.openDay : undefined;
}

function shown({ dateKey, counts }: OpenDay): ConfigAttributes {
  return { date_key: dateKey, ...Object.fromEntries(counts) };
}
