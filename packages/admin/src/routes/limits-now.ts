import {
  type BudgetPosition,
  type BudgetTerms,
  ceilingTerms,
  positionNow,
  reportedDraw,
  usedAt,
} from "@autonomy-gate/core/budget";
import type { Calendar } from "@autonomy-gate/core/day";
import type { TenantId } from "@autonomy-gate/core/ids";
import type { AdminPorts } from "../ports.ts";
import { ceilingsFrom, type StoredCeilings } from "./ceilings-read.ts";

/** Where all accounts of a tenant stand together, in the fields of `GET /budget/ceiling`. */
export interface TenantNow {
  readonly problem?: string;
  readonly effective_limit: number | null;
  readonly used_today: number;
  readonly remaining_today: number | null;
}

const UNLIMITED: TenantNow = { effective_limit: null, used_today: 0, remaining_today: null };

/** What is left of a tenant's ceilings today, by the gate's own rules. */
export async function tenantNow(
  stored: StoredCeilings,
  { tenant_id }: { readonly tenant_id: TenantId },
  calendar: Calendar,
  { budgetStates }: Pick<AdminPorts, "budgetStates">,
): Promise<TenantNow> {
  const answer = ceilingTerms(ceilingsFrom(stored), undefined, calendar);
  if (answer === undefined) return UNLIMITED;
  if (answer.status === "missing") return nothingRuns(answer.problem);
  const { state } = await budgetStates.current({ tenant_id });
  const position = positionNow(state, answer.terms.timeZone, calendar);
  if (position === undefined) {
    return nothingRuns("the stored budget state of the whole tenant cannot be read");
  }
  const { limit, used, remaining } = dayAt(answer.terms, position);
  return { effective_limit: limit, used_today: used, remaining_today: remaining };
}

function nothingRuns(problem: string): TenantNow {
  return { problem, effective_limit: null, used_today: 0, remaining_today: 0 };
}

/** What a budget's day allows, has used and has left. */
export function dayAt(terms: BudgetTerms, position: BudgetPosition) {
  const { draw, inForce } = reportedDraw(terms, position);
  const used = usedAt(draw, position);
  return { limit: inForce.limit, used, remaining: Math.max(0, inForce.limit - used) };
}
