import type { Calendar } from "../day.ts";
import type { AccountRef, ActionType } from "../ids.ts";
import { APPROVE, type RatedFinding } from "../policy/policy.ts";
import type { BudgetRefusal } from "./claim.ts";
import { type LimitInForce, limitInForce } from "./decay.ts";
import type { Draw } from "./draw.ts";
import { LIMITS, type LimitedBy } from "./limits/limits.ts";
import type { BudgetReport } from "./report.ts";
import type { BudgetPosition } from "./state.ts";
import type { BudgetTerms } from "./terms.ts";

/** The limit that a decision reports when no limit refused it. */
const REPORTED = "DAY" satisfies LimitedBy;

/** The draw that a decision reports when no limit refused it, and the limit in force for it. */
export function reportedDraw(
  { draws }: BudgetTerms,
  position: BudgetPosition,
): { readonly draw: Draw; readonly configured: number; readonly inForce: LimitInForce } {
  const draw = draws.find(({ limitedBy }) => limitedBy === REPORTED);
  if (draw?.ceiling === undefined) throw new TypeError(`Every budget limits by ${REPORTED}.`);
  const { ceiling } = draw;
  return { draw, configured: ceiling.configured, inForce: limitInForce(ceiling, position) };
}

/** The budget as a decision saw it that it lets run by itself. */
export function grantedAt(
  terms: BudgetTerms,
  position: BudgetPosition,
  calendar: Calendar,
): BudgetReport & {
  readonly limited_by: typeof REPORTED;
  readonly used?: never;
  readonly scope?: never;
} {
  const { inForce } = reportedDraw(terms, position);
  return {
    ...windowAt(REPORTED, terms, position, calendar),
    limit: inForce.limit,
    limited_by: REPORTED,
    ...decayAt(terms, position),
  };
}

/** The budget as a decision saw it that was refused by one of its limits. */
export function spentAt(
  terms: BudgetTerms,
  position: BudgetPosition,
  calendar: Calendar,
  { scope, limitedBy, limit, used }: BudgetRefusal,
): BudgetReport & { readonly used: number } {
  return {
    ...windowAt(limitedBy, terms, position, calendar),
    limit,
    used,
    limited_by: limitedBy,
    ...(scope && { scope }),
    ...decayAt(terms, position),
  };
}

function windowAt(
  limitedBy: LimitedBy,
  { timeZone }: BudgetTerms,
  { dateKey }: BudgetPosition,
  calendar: Calendar,
) {
  const resets_at = LIMITS[limitedBy].window.endOf(dateKey, timeZone, calendar);
  return { date_key: dateKey, timezone: timeZone, resets_at };
}

function decayAt(terms: BudgetTerms, position: BudgetPosition) {
  const { configured, inForce } = reportedDraw(terms, position);
  return {
    ...(inForce.limit < configured ? { configured_limit: configured } : {}),
    ...(inForce.unusedDays === undefined ? {} : { unused_days: inForce.unusedDays }),
  };
}

/** How the explanation of an AUTO_EXECUTE decision continues. */
export function withinText(report: BudgetReport): string {
  const { window } = LIMITS[report.limited_by];
  return `Within the budget of ${report.limit} for ${window.text(report)}.${decayText(report)}`;
}

/** Why a claim was refused, from what the decision reports. */
export function exhaustedFinding(
  report: BudgetReport,
  { tenant_id, account_id, action_type }: AccountRef & { readonly action_type: ActionType },
): RatedFinding<"REQUIRE_APPROVAL"> {
  const { window, decays, ...limit } = LIMITS[report.limited_by];
  const ofTenant = report.scope !== undefined;
  const actions = `${limit.actions(action_type)}${ofTenant ? " over all its accounts" : ""}`;
  const owner = ofTenant ? `Tenant ${tenant_id}` : `Account ${account_id}`;
  const spent =
    report.limit === 0
      ? `${owner} has a limit of 0 ${actions} ${window.every}, so none may run by itself.`
      : `${owner} has used ${report.used} of its ${report.limit} ${actions} for ${window.text(report)}; the ${ofTenant ? "ceiling" : "budget"} resets at ${report.resets_at}.`;
  return {
    decision: "REQUIRE_APPROVAL",
    reason: "BUDGET_EXHAUSTED",
    clause: `BUDGET_${ofTenant ? "TENANT_" : ""}${report.limited_by}`,
    explanation: `${spent}${decays ? decayText(report) : ""} ${APPROVE}`,
  };
}

function decayText({ limit, configured_limit, unused_days }: BudgetReport): string {
  if (configured_limit === undefined) return "";
  const why =
    unused_days === undefined
      ? ": no earlier day with use is known"
      : ` after ${unused_days} days without use`;
  return ` The configured limit of ${configured_limit} has decayed to ${limit}${why}.`;
}
