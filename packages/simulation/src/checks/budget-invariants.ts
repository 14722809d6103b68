import { type Attributes, isSame } from "@autonomy-gate/core/memory";
import {
  type ReferenceLimit,
  type ReferenceTerms,
  referenceDay,
  referenceLimits,
} from "@autonomy-gate/core/testing/reference-budget";
import { type DayCounts, type Evidence, intentText, pkOf, Violation } from "./evidence.ts";
import type { Recorded } from "./recorded.ts";

/** What must hold of budgets, numbered as in docs/reliability.md. Each throws Violation. */

/** 1: never more than any limit in force at the commit, of the account and of its tenant. */
export function invariant1(evidence: Evidence, { record, answers }: Recorded): void {
  if (record.decision !== "AUTO_EXECUTE") return;
  const within = answers.some(({ terms, ceiling }) => {
    if (terms === undefined || !isWithin(evidence, record, "ACCOUNT", terms)) return false;
    const { tenant_date_key } = record;
    if (ceiling === undefined) return tenant_date_key === undefined;
    return tenant_date_key !== undefined && isWithin(evidence, record, "TENANT", ceiling);
  });
  if (!within && answers.some(({ terms }) => terms !== undefined)) {
    const counted = SCOPES.map((scope) => countedFor(evidence, record, scope)?.get("count"));
    throw new Violation(
      1,
      `${counted.join(" and ")} automatic exceed the limits of account and tenant: ${intentText(record)}`,
    );
  }
}

const SCOPES = ["ACCOUNT", "TENANT"] as const;
type Scope = (typeof SCOPES)[number];

function isWithin(
  evidence: Evidence,
  record: Attributes,
  scope: Scope,
  terms: ReferenceTerms,
): boolean {
  const counted = countedFor(evidence, record, scope);
  if (counted === undefined) return false;
  return limitsOn(evidence, record, scope, dayOf(record, scope), terms).every(
    ({ counter, limit }) => (counted.get(counter) ?? 0) <= limit,
  );
}

function countedFor(evidence: Evidence, record: Attributes, scope: Scope): DayCounts | undefined {
  return daysOf(evidence, record, scope).get(dayOf(record, scope));
}

function dayOf(record: Attributes, scope: Scope): string {
  return String(scope === "TENANT" ? record.tenant_date_key : record.date_key);
}

/** 2: at every instant the count is the number of recorded automatic decisions. */
export function invariant2(evidence: Evidence, pk: string): void {
  const item = evidence.tables.get({ table: "budgetState", pk, sk: "BUDGET_STATE#CURRENT" });
  const days = evidence.days.get(pk);
  const openDay = item?.date_key;
  for (const [day, counted] of days ?? []) {
    const sk = `BUDGET_STATE#${day.replaceAll("-", "")}`;
    const row = day === openDay ? item : evidence.tables.get({ table: "budgetState", pk, sk });
    const recorded = Object.fromEntries(counted);
    if (row === undefined || !isSame(countersIn(row), recorded)) {
      const stored = JSON.stringify(row && countersIn(row));
      throw new Violation(
        2,
        `${pk} ${day}: stored ${stored}, recorded ${JSON.stringify(recorded)}`,
      );
    }
  }
  if (typeof openDay === "string" && !days?.has(openDay) && item?.count !== 0) {
    throw new Violation(2, `${pk} ${openDay}: stored ${item?.count}, recorded none`);
  }
}

function countersIn(row: Attributes): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).filter(([name, count]) => name.startsWith("count") && count !== 0),
  );
}

/** 13: a refused claim means that the limit was reached, and the numbers said are true. */
export function invariant13(evidence: Evidence, { record, answers }: Recorded): void {
  if (record.reason !== "BUDGET_EXHAUSTED") return;
  const report = { ...blankReport, ...asObject(record.budget) };
  const { date_key, limit, used, limited_by } = report;
  const scope = report.scope === "TENANT" ? "TENANT" : "ACCOUNT";
  const day = String(date_key);
  const said = answers.flatMap((answer) => {
    const terms = scope === "TENANT" ? answer.ceiling : answer.terms;
    if (terms === undefined) return [];
    return limitsOn(evidence, record, scope, day, terms).filter(({ name }) => name === limited_by);
  });
  const limits = said.map((one) => one.limit);
  const counted = daysOf(evidence, record, scope).get(day);
  const count = counted?.get(said[0]?.counter ?? "") ?? 0;
  const isTrue = typeof used === "number" && typeof limit === "number" && used >= limit;
  if (!isTrue || count < used || !limits.includes(limit)) {
    throw new Violation(
      13,
      `Refused at ${used} of ${limit} (${limits.join(" or ")} configured, ${count} recorded): ${intentText(record)}`,
    );
  }
}

/** The days a claim counts for: its own in each budget's zone, unless a later one is open. */
export function invariant1OfDays(
  { record, answers }: Recorded,
  openDays: ReadonlyMap<string, Attributes | undefined>,
): void {
  if (record.decision !== "AUTO_EXECUTE") return;
  const atMs = Date.parse(String(record.decided_at));
  const fitsOf = (scope: Scope, terms: ReferenceTerms) => {
    const open = openDays.get(pkOf(scope, record))?.date_key;
    const today = referenceDay(atMs, terms.zone);
    const openDay = typeof open === "string" ? open : "";
    return dayOf(record, scope) === [today, openDay].sort().at(-1);
  };
  const fits = answers.some(
    ({ terms, ceiling }) =>
      terms !== undefined &&
      fitsOf("ACCOUNT", terms) &&
      (ceiling === undefined || fitsOf("TENANT", ceiling)),
  );
  if (fits) return;
  const days = [record.date_key, record.tenant_date_key].join(" and ");
  throw new Violation(1, `Counted for ${days}: ${intentText(record)}`);
}

/** The most that a clock may be wrong for what it decides, with a read and the service's grain. */
const CLOCK_DIFFERENCE_MS_MAX = 32_000;

/** 1: what a wrong clock takes for a day decides nothing. */
export function invariant1OfClocks({ record, commit }: Recorded): void {
  const { skewMs } = commit.process;
  if (Math.abs(skewMs) <= CLOCK_DIFFERENCE_MS_MAX) return;
  throw new Violation(1, `Decided by a clock ${skewMs} ms ahead: ${intentText(record)}`);
}

const blankReport: Attributes = {};

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

/** The limits that hold a decision's action on a day, under one of the budgets it may have seen. */
function limitsOn(
  evidence: Evidence,
  record: Attributes,
  scope: Scope,
  day: string,
  terms: ReferenceTerms,
): ReferenceLimit[] {
  const days = [...daysOf(evidence, record, scope)];
  const lastUsed = days.findLast(([other, counts]) => other < day && counts.size > 0)?.[0];
  return referenceLimits(terms, String(record.action_type), day, lastUsed);
}

function daysOf(
  evidence: Evidence,
  record: Attributes,
  scope: Scope,
): ReadonlyMap<string, DayCounts> {
  return evidence.days.get(pkOf(scope, record)) ?? new Map();
}
