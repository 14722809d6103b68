import type { Calendar, DateKey } from "../day.ts";
import type { Stored } from "../stored.ts";
import { type Counter, EVERY_CLAIM } from "./counter.ts";

/** A budget's state as stored: one open day, and the fence. */
export interface BudgetState {
  /** The open day; absent when the item was made by a fence alone. */
  readonly openDay?: OpenDay;
  /** Raised by every admin write that concerns the budget; 0 when never raised. */
  readonly fence: number;
  /** Later days that a wrong clock opened and a person set back: each goes on when it comes. */
  readonly setAside?: readonly OpenDay[];
}

export interface OpenDay {
  readonly dateKey: DateKey;
  /** Automatic decisions recorded for the day: all of them, and by what else is limited. */
  readonly counts: ReadonlyMap<Counter, number>;
  /** The last earlier day with a consumption. */
  readonly previousConsumedOn?: DateKey;
}

/**
 * Where a budget stands for claims made now. The day may not be open yet: then all
 * counts are 0, or those it had when it was set aside, and `closing` is the day that the first claim
 * closes.
 */
export interface BudgetPosition {
  readonly dateKey: DateKey;
  readonly counts: ReadonlyMap<Counter, number>;
  readonly previousConsumedOn?: DateKey;
  /** What the stored item must still be when the claim is written. */
  readonly basis: BudgetBasis;
  readonly fence: number;
  /** The days set aside but for this one. */
  readonly setAside?: readonly OpenDay[];
}

/** Where a claim stands: its account's budget, and its tenant's where a ceiling is set. */
export interface ClaimPosition extends BudgetPosition {
  readonly tenant?: BudgetPosition;
}

type BudgetBasis =
  /** The item does not exist. */
  | { readonly kind: "none" }
  /** The item holds a fence and no day. */
  | { readonly kind: "fence-only" }
  /** The item holds an earlier day, which the claim closes. */
  | { readonly kind: "earlier-day"; readonly closing: OpenDay }
  /** The item holds the claim's own day. */
  | { readonly kind: "same-day" };

const NO_COUNTS: OpenDay["counts"] = new Map();

/**
 * Where claims made now stand. They count for today in the budget's zone, but never for an earlier
 * day than the open one: neither clock skew nor a changed zone opens a day twice. `undefined`: the
 * state cannot be read, and nothing may be claimed on it.
 */
export function positionNow(
  stored: Stored<BudgetState>,
  timeZone: string,
  calendar: Calendar,
): BudgetPosition | undefined {
  if (stored.status === "unreadable") return undefined;
  const today = calendar.today(timeZone);
  if (stored.status === "absent") {
    return { dateKey: today, counts: NO_COUNTS, basis: { kind: "none" }, fence: 0 };
  }
  const { openDay, fence, setAside } = stored.value;
  if (openDay === undefined) {
    return { dateKey: today, counts: NO_COUNTS, basis: { kind: "fence-only" }, fence };
  }
  return openDay.dateKey >= today
    ? { ...openDay, basis: { kind: "same-day" }, fence }
    : dayAfter(openDay, today, fence, setAside);
}

function dayAfter(
  closing: OpenDay,
  dateKey: DateKey,
  fence: number,
  setAside: readonly OpenDay[] = [],
): BudgetPosition {
  const again = setAside.find((day) => day.dateKey === dateKey);
  const others = setAside.filter((day) => day !== again);
  const previousConsumedOn = wasUsed(closing) ? closing.dateKey : closing.previousConsumedOn;
  return {
    dateKey,
    counts: again?.counts ?? NO_COUNTS,
    ...(previousConsumedOn === undefined ? {} : { previousConsumedOn }),
    basis: { kind: "earlier-day", closing },
    fence,
    ...(others.length === 0 ? {} : { setAside: others }),
  };
}

function wasUsed({ counts }: OpenDay): boolean {
  return (counts.get(EVERY_CLAIM) ?? 0) > 0;
}
