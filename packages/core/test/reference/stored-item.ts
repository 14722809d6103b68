/** Stored items as they are, and the few forms of values that a rule depends on. */

export type StoredItem = Readonly<Record<string, unknown>> | undefined;

export type ScopeName = "GLOBAL" | "TENANT" | "ACCOUNT";

/** The item of a scope at a sort key, for the account of one intent. */
export type ItemAt = (scope: ScopeName, sk: string) => StoredItem;

export function isType(value: unknown): value is string {
  return typeof value === "string" && value !== "DEFAULT" && /^[A-Z][A-Z0-9_]{0,63}$/.test(value);
}

/** A number of actions. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

const INSTANT = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

export function isInstant(value: unknown): value is string {
  const date = typeof value === "string" ? INSTANT.exec(value)?.[1] : undefined;
  return isDay(date) && Number.isFinite(Date.parse(String(value)));
}

/** A day of the calendar: `Date` takes February 30 for March 2. */
export function isDay(value: unknown): value is string {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const ms = Date.parse(value);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(value);
}

/** Milliseconds are all that `Date` reads: a finer fraction is later than them. */
export function isPast(instant: string, nowMs: number): boolean {
  const ms = Date.parse(instant);
  return ms < nowMs || (ms === nowMs && !/\.\d{3}\d*[1-9]/.test(instant));
}
