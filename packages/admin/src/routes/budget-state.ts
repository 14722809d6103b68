import { coversActionType, type Limits } from "@autonomy-gate/core/access/limits";
import {
  AutonomyBudgetStateV1,
  DEFAULT_TIME_ZONE,
  StoredBudget,
} from "@autonomy-gate/core/budget/budget";
import { countsByKey, EVERY_CLAIM } from "@autonomy-gate/core/budget/counter";
import { LIMITS } from "@autonomy-gate/core/budget/limits";
import type { OpenDay } from "@autonomy-gate/core/budget/state";
import { readBudget } from "@autonomy-gate/core/config/read-budget";
import { type Calendar, DateKey } from "@autonomy-gate/core/day";
import type { BudgetStateRead } from "@autonomy-gate/core/read-ports";
import * as z from "zod";
import { json } from "../http/answer.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { ACCOUNT, type AccountScope } from "../http/scope.ts";
import type { AdminPorts } from "../ports.ts";

const BudgetState = AutonomyBudgetStateV1.partial({ updated_at: true });
type BudgetState = z.infer<typeof BudgetState>;

export const getBudgetState = adminRoute({
  method: "get",
  path: "/budget/state",
  summary: "What an account spent on a day",
  description:
    "Without date: today, in the time zone of the budget in force. `state` is null when nothing was spent that day, or its row has expired (90 days).",
  role: "viewer",
  reach: ACCOUNT,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: z.strictObject({ date: DateKey.optional() }),
  body: NOTHING,
  success: z.object({ state: BudgetState.nullable() }),
  handle: async ({ scope, query, calendar, credential: { limits } }, ports) => {
    const current = await ports.budgetStates.current(scope);
    const openDay = openDayOf(current);
    const asked = query.date ?? (await today(scope, calendar, ports));
    // An open day that is ahead of today is the one claims made now count for.
    const isOpen = query.date === undefined ? isFrom(asked, openDay) : asked === openDay?.dateKey;
    if (isOpen) return json({ state: stateView(scope, current, limits) });
    const closed = await ports.budgetStates.closed(scope, asked);
    return json({ state: stateView(scope, closed, limits) });
  },
});

function isFrom(day: DateKey, openDay: OpenDay | undefined): boolean {
  return openDay !== undefined && openDay.dateKey >= day;
}

function openDayOf({ state }: BudgetStateRead): OpenDay | undefined {
  return state.status === "readable" ? state.value.openDay : undefined;
}

function stateView(
  account: AccountScope,
  read: BudgetStateRead,
  limits: Limits,
): BudgetState | null {
  const day = openDayOf(read);
  if (day === undefined) return null;
  return {
    tenant_id: account.tenant_id,
    account_id: account.account_id,
    date_key: day.dateKey,
    count: day.counts.get(EVERY_CLAIM) ?? 0,
    counts_by_action_type: Object.fromEntries(
      [...countsByKey(LIMITS.ACTION_TYPE.counters, day.counts)].filter(([type]) =>
        coversActionType(limits, type),
      ),
    ),
    ...(read.updated_at === undefined ? {} : { updated_at: read.updated_at }),
  };
}

async function today(
  scope: AccountScope,
  calendar: Calendar,
  { config }: AdminPorts,
): Promise<DateKey> {
  const found = await readBudget(config, scope);
  const budget = StoredBudget.safeParse(found?.attributes);
  return calendar.today(budget.data?.timezone ?? DEFAULT_TIME_ZONE);
}
