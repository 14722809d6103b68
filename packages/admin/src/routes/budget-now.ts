import { budgetTerms, positionNow, StoredBudget } from "@autonomy-gate/core/budget";
import type { ConfigAttributes } from "@autonomy-gate/core/configuration";
import type { Calendar } from "@autonomy-gate/core/day";
import { ABSENT, storedAs } from "@autonomy-gate/core/values";
import * as z from "zod";
import type { AccountScope } from "../http/scope.ts";
import type { AdminPorts } from "../ports.ts";
import { storedCeilings } from "./ceilings-read.ts";
import { dayAt, tenantNow } from "./limits-now.ts";

/** Where an account's budget stands now, in the fields of `GET /budget`. */
export interface BudgetNow {
  readonly problem?: string;
  readonly effective_limit?: number;
  readonly remaining_today: number;
  readonly limits?: readonly LimitNow[];
}

/** One daily limit that holds an account, where several do. */
export const LimitNow = z.object({
  /** TENANT: all accounts of the tenant together. */
  scope: z.enum(["ACCOUNT", "TENANT"]),
  limit: z.int().min(0),
  used_today: z.int().min(0),
  remaining_today: z.int().min(0),
});
type LimitNow = z.infer<typeof LimitNow>;

/** What is left of a budget today, by the gate's own rules; nothing when there is none to read. */
export async function budgetNow(
  budget: ConfigAttributes | undefined,
  account: AccountScope,
  calendar: Calendar,
  { budgetStates, config }: AdminPorts,
): Promise<BudgetNow> {
  if (budget === undefined) return { remaining_today: 0 };
  const configs = {
    account: storedAs(StoredBudget, budget),
    accountActionType: ABSENT,
    tenant: ABSENT,
  };
  const answer = budgetTerms(configs, undefined, calendar);
  if (answer.status === "missing") return { problem: answer.problem, remaining_today: 0 };
  const [{ state }, ceilings] = await Promise.all([
    budgetStates.current(account),
    storedCeilings(account, config),
  ]);
  const position = positionNow(state, answer.terms.timeZone, calendar);
  if (position === undefined) {
    return { problem: "the stored budget state cannot be read", remaining_today: 0 };
  }
  const own = dayAt(answer.terms, position);
  const now = { effective_limit: own.limit, remaining_today: own.remaining };
  const tenant = await tenantNow(ceilings, account, calendar, { budgetStates });
  if (tenant.problem !== undefined) return { problem: tenant.problem, remaining_today: 0 };
  const { effective_limit: limit, remaining_today: remaining, used_today } = tenant;
  if (limit === null || remaining === null) return now;
  const limits: LimitNow[] = [
    { scope: "ACCOUNT", limit: own.limit, used_today: own.used, remaining_today: own.remaining },
    { scope: "TENANT", limit, used_today, remaining_today: remaining },
  ];
  // The account's own is named first where both are as near.
  return { ...now, limits: limits.sort((a, b) => a.remaining_today - b.remaining_today) };
}
