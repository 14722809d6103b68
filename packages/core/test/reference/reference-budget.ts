import { type ItemAt, isCount, isDay, isInstant, isType, type StoredItem } from "./stored-item.ts";

/** Budgets of the reference: their terms, and where an account stands. */

export interface ReferenceTerms {
  readonly zone: string;
  readonly limit: number;
  readonly cap: number | undefined;
  readonly decays: boolean;
  /** When the budget was last changed, where that is known and matters. */
  readonly changedAt: string | undefined;
}

/** The limit that counts for a decision; `used` only where it is spent. */
export interface ReferenceBudget {
  readonly date_key: string;
  readonly limit: number;
  readonly used?: number;
  readonly limited_by: "DAY" | "ACTION_TYPE";
  /** The limit is that of the tenant's ceilings. */
  readonly scope?: "TENANT";
}

/** The terms of an action type; none where there is no budget, or one that cannot be read. */
export function termsOf(itemAt: ItemAt, type: string): ReferenceTerms | undefined {
  const budget = itemAt("ACCOUNT", "BUDGET#CONFIG") ?? itemAt("TENANT", "BUDGET#CONFIG");
  const own = itemAt("ACCOUNT", `BUDGET#ACTION_TYPE#${type}`);
  if (budget === undefined) return undefined;
  const { max_autonomous_per_day: limit, timezone: zone = "UTC", updated_at } = budget;
  const { max_per_action_type: caps = {}, decay_if_unused: decays = false } = budget;
  if (!isCount(limit) || !isZone(zone) || !isCaps(caps) || typeof decays !== "boolean") {
    return undefined;
  }
  const cap =
    own === undefined ? new Map(Object.entries(caps)).get(type) : own.max_autonomous_per_day;
  if (own !== undefined && !isCount(cap)) return undefined;
  return {
    zone,
    limit,
    cap: isCount(cap) ? cap : undefined,
    decays,
    changedAt: decays && isInstant(updated_at) ? updated_at : undefined,
  };
}

export function isCaps(caps: unknown): caps is Record<string, number> {
  if (typeof caps !== "object" || caps === null || Array.isArray(caps)) return false;
  return Object.entries(caps).every(([type, cap]) => isType(type) && isCount(cap));
}

/** Where an account stands: an open day that is later than today stays open. */
export interface Standing {
  readonly day: string;
  readonly used: number;
  readonly usedOfType: number;
  /** The last earlier day with a consumption. */
  readonly lastUsed: string | undefined;
}

/** `undefined`: what is stored of the account's days cannot be read. */
export function standingOf(
  state: StoredItem,
  type: string,
  zone: string,
  nowMs: number,
): Standing | undefined {
  const today = referenceDay(nowMs, zone);
  const { date_key: day, count, previous_consumed_on: previous, fence = 0 } = state ?? {};
  if (!isCount(fence)) return undefined;
  if (day === undefined && count === undefined) {
    return { day: today, used: 0, usedOfType: 0, lastUsed: undefined };
  }
  const isReadable = isDay(day) && isCount(count) && (previous === undefined || isDay(previous));
  if (!isReadable || !countsOfTypes(state).every(isCount)) return undefined;
  const usedOfType = state?.[`count#${type}`];
  if (day < today) {
    return { day: today, used: 0, usedOfType: 0, lastUsed: count > 0 ? day : previous };
  }
  return { day, used: count, usedOfType: isCount(usedOfType) ? usedOfType : 0, lastUsed: previous };
}

function countsOfTypes(state: StoredItem): unknown[] {
  return Object.entries(state ?? {})
    .filter(([name]) => name.startsWith("count#") && isType(name.slice("count#".length)))
    .map(([, count]) => count);
}

/** The daily limit on a day, halved for each full week of disuse. */
export function referenceLimit(
  terms: ReferenceTerms,
  day: string,
  lastUsed: string | undefined,
): number {
  let { limit } = terms;
  if (!terms.decays) return limit;
  const changed =
    terms.changedAt === undefined ? "" : referenceDay(Date.parse(terms.changedAt), terms.zone);
  const since = [lastUsed ?? "", changed].sort().at(-1);
  let days = since ? (Date.parse(day) - Date.parse(since)) / 86_400_000 : Number.MAX_SAFE_INTEGER;
  for (; days >= 7 && limit > 1; days -= 7) limit = Math.floor(limit / 2);
  return limit;
}

/** The counters that an action of a type counts up. */
export function referenceCounters(type: string): string[] {
  return ["count", `count#${type}`];
}

/** A limit of a budget: its name in a decision, the counter that it limits, and how high. */
export interface ReferenceLimit {
  readonly name: string;
  readonly counter: string;
  readonly limit: number;
}

/** The limits that hold an action of a type on a day. */
export function referenceLimits(
  terms: ReferenceTerms,
  type: string,
  day: string,
  lastUsed: string | undefined,
): ReferenceLimit[] {
  const ofDay = { name: "DAY", counter: "count", limit: referenceLimit(terms, day, lastUsed) };
  if (terms.cap === undefined) return [ofDay];
  return [ofDay, { name: "ACTION_TYPE", counter: `count#${type}`, limit: terms.cap }];
}

/** The calendar day of an instant in a zone, as the platform's own calendar has it. */
export function referenceDay(epochMs: number, zone: string): string {
  const format = formatOf(zone);
  if (format === undefined) throw new RangeError(`${zone} is no time zone.`);
  return format.format(epochMs);
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) formats.set(zone, newFormat(zone));
  return formats.get(zone);
}

function newFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
  } catch {
    return undefined;
  }
}

export function isZone(zone: unknown): zone is string {
  return typeof zone === "string" && /^[A-Za-z]/.test(zone) && formatOf(zone) !== undefined;
}

/** The first limit that is spent where a budget stands. */
export function spentLimit(
  terms: ReferenceTerms,
  { day: date_key, used, usedOfType, lastUsed }: Standing,
): (ReferenceBudget & { readonly used: number }) | undefined {
  const limit = referenceLimit(terms, date_key, lastUsed);
  if (used >= limit) return { date_key, limit, used, limited_by: "DAY" };
  if (terms.cap === undefined || usedOfType < terms.cap) return undefined;
  return { date_key, limit: terms.cap, used: usedOfType, limited_by: "ACTION_TYPE" };
}
