import { coversActionType, type Limits } from "@autonomy-gate/core/access";
import {
  AutonomyBudgetStateV1,
  countsByKey,
  DEFAULT_TIME_ZONE,
  EVERY_CLAIM,
  LIMITS,
  type OpenDay,
  StoredBudget,
} from "@autonomy-gate/core/budget";
import type { SetBackReply } from "@autonomy-gate/core/commit";
import { readBudget } from "@autonomy-gate/core/configuration";
import { type Calendar, DateKey, daysBetween } from "@autonomy-gate/core/day";
import type { BudgetStateRead } from "@autonomy-gate/core/ports";
import * as z from "zod";
import { json } from "../http/answer.ts";
import { HttpError, invalid } from "../http/errors.ts";
import { unmetPrecondition } from "../http/preconditions.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { ACCOUNT, type AccountScope, NamedScope } from "../http/scope.ts";
import type { AdminPorts } from "../ports.ts";
import { notFound } from "./write.ts";

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

export const putBudgetState = adminRoute({
  method: "put",
  path: "/budget/state",
  summary: "Set back an open day that a wrong clock opened",
  description:
    "Opens `date_key` in the place of the later day that is open, with everything recorded for it. What is recorded for later days stays counted: such a day goes on from its counts when it comes. Answers once nothing automatic can commit for the later day any more. 404 when the account has no budget state; 409 when no later day is open.",
  role: "operator",
  reach: ACCOUNT,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: z.strictObject({ ...NamedScope.shape, date_key: DateKey }),
  success: z.object({ state: BudgetState }),
  handle: async ({ scope, body, calendar, credential, requestId, preconditions }, ports) => {
    // A day's state has no entity tag: nothing it could be is named by one.
    const unmet = unmetPrecondition(preconditions, undefined);
    if (unmet !== undefined) throw unmet;
    const { state: stored } = await ports.budgetStates.current(scope);
    if (stored.status === "absent") throw notFound();
    const { date_key } = body;
    if (daysBetween(calendar.today(DEFAULT_TIME_ZONE), date_key) < -1) {
      throw invalid([{ path: "body.date_key", message: "must not be before yesterday" }]);
    }
    const { tenant_id, account_id } = scope;
    const reply = await ports.setBackDay({
      tenant_id,
      account_id,
      date_key,
      audited: {
        actor: credential.actor,
        action: "PUT /budget/state",
        request_id: requestId,
        at: calendar.instant,
      },
    });
    if (reply.status !== "open") throw notSetBack(reply);
    await ports.config.settle({ scope, object: { kind: "BUDGET" } });
    const state = stateView(scope, await ports.budgetStates.current(scope), credential.limits);
    if (state === null) throw new TypeError("The day that was set has a state.");
    return json({ state });
  },
});

function notSetBack(reply: Exclude<SetBackReply, { readonly status: "open" }>): HttpError {
  switch (reply.status) {
    case "not-later": {
      const what = reply.open === undefined ? "No day is open" : `The open day is ${reply.open}`;
      return new HttpError("CONFLICT", `${what}: there is no later day to set back.`);
    }
    case "unreadable": {
      const what = reply.day === undefined ? "the open day" : reply.day;
      return new HttpError("CONFLICT", `What is recorded for ${what} cannot be read.`);
    }
    case "too-many-days":
      return new HttpError("CONFLICT", "More than 20 later days have something recorded.");
    default:
      return reply satisfies never;
  }
}

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
