import { type Attributes, isSame } from "@autonomy-gate/core/adapters/memory/expressions";
import {
  type ReferenceLimit,
  type ReferenceTerms,
  referenceDay,
  referenceLimits,
} from "@autonomy-gate/core/testing/reference-budget";
import { type DayCounts, type Evidence, intentText, Violation } from "./evidence.ts";
import type { Recorded } from "./recorded.ts";

/** What must hold of budgets, numbered as in docs/reliability.md. Each throws Violation. */

/** 1: never more than any limit in force at the commit. */
export function invariant1(evidence: Evidence, { record, answers }: Recorded): void {
  if (record.decision !== "AUTO_EXECUTE") return;
  const day = String(record.date_key);
  const counted = daysOf(evidence, record).get(day);
  const within = answers.some(({ terms }) => {
    if (terms === undefined || counted === undefined) return false;
    return limitsOn(evidence, record, day, terms).every(
      ({ counter, limit }) => (counted.get(counter) ?? 0) <= limit,
    );
  });
  if (!within && answers.some(({ terms }) => terms !== undefined)) {
    throw new Violation(
      1,
      `${counted?.get("count")} automatic on ${day} exceed the limit: ${intentText(record)}`,
    );
  }
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
  const { date_key, limit, used, limited_by } = { ...blankReport, ...asObject(record.budget) };
  const day = String(date_key);
  const said = answers.flatMap(({ terms }) =>
    terms === undefined
      ? []
      : limitsOn(evidence, record, day, terms).filter(({ name }) => name === limited_by),
  );
  const limits = said.map((one) => one.limit);
  const counted = daysOf(evidence, record).get(day);
  const count = counted?.get(said[0]?.counter ?? "") ?? 0;
  const isTrue = typeof used === "number" && typeof limit === "number" && used >= limit;
  if (!isTrue || count < used || !limits.includes(limit)) {
    throw new Violation(
      13,
      `Refused at ${used} of ${limit} (${limits.join(" or ")} configured, ${count} recorded): ${intentText(record)}`,
    );
  }
}

/** The day a claim counts for: its own in the budget's zone, unless a later one is open. */
export function invariant1OfDays(recorded: Recorded, openDay: unknown): void {
  const { record, answers } = recorded;
  if (record.decision !== "AUTO_EXECUTE") return;
  const atMs = Date.parse(String(record.decided_at));
  const open = typeof openDay === "string" ? openDay : "";
  const fits = answers.some(({ terms }) => {
    if (terms === undefined) return false;
    const today = referenceDay(atMs, terms.zone);
    return record.date_key === [today, open].sort().at(-1);
  });
  if (!fits) throw new Violation(1, `Counted for ${record.date_key}: ${intentText(record)}`);
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
  day: string,
  terms: ReferenceTerms,
): ReferenceLimit[] {
  const days = [...daysOf(evidence, record)];
  const lastUsed = days.findLast(([other, counts]) => other < day && counts.size > 0)?.[0];
  return referenceLimits(terms, String(record.action_type), day, lastUsed);
}

function daysOf(evidence: Evidence, record: Attributes): ReadonlyMap<string, DayCounts> {
  const pk = `TENANT#${record.tenant_id}#ACCOUNT#${record.account_id}`;
  return evidence.days.get(pk) ?? new Map();
}
