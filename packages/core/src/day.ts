import { getISO } from "temporal-polyfill/fns/Calendar";
import * as InstantFns from "temporal-polyfill/fns/Instant";
import * as PlainDateFns from "temporal-polyfill/fns/PlainDate";
import * as ZonedDateTimeFns from "temporal-polyfill/fns/ZonedDateTime";
import * as z from "zod";
import { DateKey, Instant } from "./time.ts";

/** Words of `time.ts`, for whoever computes with them. */
export { DateKey, Instant };

/** An IANA time zone name such as `Europe/Berlin`; offsets such as `+01:00` are refused. */
export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone such as "UTC" or "Europe/Berlin"');

const DAY_MS = 86_400_000;

/**
 * One clock reading and everything derived from it, so that a batch has one time.
 * Results are remembered per zone: a zone costs its look-up once a reading.
 */
export interface Calendar {
  /** The reading, epoch milliseconds. */
  readonly epochMs: number;
  /** The reading as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  readonly instant: string;
  /** The calendar day of the reading in a zone. */
  today(timeZone: string): DateKey;
  /** The first instant after a day in a zone, DST-exact, as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  endOf(day: DateKey, timeZone: string): string;
}

export function calendarAt(epochMs: number): Calendar {
  const todays = new Map<string, DateKey>();
  const ends = new Map<string, string>();
  return {
    epochMs,
    instant: instantText(epochMs),
    today: (timeZone) => remember(todays, timeZone, () => dayOf(epochMs, timeZone)),
    endOf: (day, timeZone) =>
      remember(ends, `${day} ${timeZone}`, () => instantText(endOfDay(day, timeZone))),
  };
}

/**
 * The calendar day an instant falls on in a zone. Days have years of four digits: an instant whose
 * year has another number there counts for the nearest day that has.
 */
export function dayOf(epochMs: number, timeZone: string): DateKey {
  const zoned = zonedAt(epochMs, timeZone);
  if (zoned.year > 9999) return LAST_DAY;
  if (zoned.year < 0) return FIRST_DAY;
  return DateKey.parse(PlainDateFns.toString(ZonedDateTimeFns.toPlainDate(zoned)));
}

const FIRST_DAY = DateKey.parse("0000-01-01");
const LAST_DAY = DateKey.parse("9999-12-31");

/** Whole days from one day to another; negative when `to` is earlier. */
export function daysBetween(from: DateKey, to: DateKey): number {
  return Math.round((utcMidnight(to) - utcMidnight(from)) / DAY_MS);
}

/** Epoch seconds of the end of a day in UTC plus a number of days: when a day's rows may expire. */
export function expirySeconds(day: DateKey, daysKept: number): number {
  return (utcMidnight(day) + (1 + daysKept) * DAY_MS) / 1000;
}

/** `YYYY-MM-DDTHH:mm:ss.sssZ`. */
export function instantText(epochMs: number): string {
  const instant = InstantFns.fromEpochMilliseconds(epochMs);
  return InstantFns.toString(instant, { smallestUnit: "millisecond" });
}

/**
 * Epoch milliseconds of an instant that `Instant` accepts. Fractions of a millisecond are rounded
 * up, so that `instantMs(text) <= now` holds exactly when the instant is not after `now`.
 */
export function instantMs(text: string): number {
  const instant = InstantFns.fromString(text);
  const floor = instant.epochMilliseconds;
  return instant.epochNanoseconds > BigInt(floor) * 1_000_000n ? floor + 1 : floor;
}

function endOfDay(day: DateKey, timeZone: string): number {
  const next = PlainDateFns.addDays(PlainDateFns.fromString(day, getISO), 1);
  return PlainDateFns.toZonedDateTime(next, timeZone).epochMilliseconds;
}

function utcMidnight(day: DateKey): number {
  return InstantFns.fromString(`${day}T00:00:00Z`).epochMilliseconds;
}

function zonedAt(epochMs: number, timeZone: string): ZonedDateTimeFns.Record {
  return InstantFns.toZonedDateTimeISO(InstantFns.fromEpochMilliseconds(epochMs), timeZone);
}

function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    zonedAt(0, text);
    return true;
  } catch {
    return false;
  }
}

function remember<K, V>(known: Map<K, V>, key: K, compute: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = compute();
  known.set(key, value);
  return value;
}
