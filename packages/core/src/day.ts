import { getISO } from "temporal-polyfill/fns/Calendar";
import * as InstantFns from "temporal-polyfill/fns/Instant";
import * as PlainDateFns from "temporal-polyfill/fns/PlainDate";
import * as ZonedDateTimeFns from "temporal-polyfill/fns/ZonedDateTime";
import * as z from "zod";
import { DateKey, Instant } from "./time.ts";

/** Words of `time.ts`, for whoever computes with them. */
export { DateKey, Instant };

/** An IANA time zone name such as `Europe/Berlin`, in IANA's spelling whatever case it came in. */
export const TimeZone = z
  .string()
  .max(64)
  .overwrite((text) => ianaName(text) ?? text)
  .refine(
    (text) => ianaName(text) === text,
    'must be an IANA time zone such as "UTC" or "Europe/Berlin"',
  );

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
  /** Version of the time zone data that days are computed with; absent: not told. */
  readonly tzData?: string;
  /** The calendar day of the reading in a zone. */
  today(timeZone: string): DateKey;
  /** The first instant after a day in a zone, DST-exact, as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  endOf(day: DateKey, timeZone: string): string;
}

export function calendarAt(epochMs: number, tzData?: string): Calendar {
  const todays = new Map<string, DateKey>();
  const ends = new Map<string, string>();
  return {
    epochMs,
    instant: instantText(epochMs),
    ...(tzData === undefined ? {} : { tzData }),
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
  const isLeapSecond = LEAP_SECOND.test(text);
  const instant = InstantFns.fromString(
    text.replace(LEAP_SECOND, ":59").replace(BEYOND_NANOSECONDS, "$1"),
  );
  const floor = instant.epochMilliseconds + (isLeapSecond ? 1_000 : 0);
  return isFinerThanMs(text) ? floor + 1 : floor;
}

/** The second after `:59` of a minute that has 61, as RFC 3339 writes it. */
const LEAP_SECOND = /:60(?=[.Zz+-])/;
const BEYOND_NANOSECONDS = /(\.\d{9})\d+/;

function isFinerThanMs(text: string): boolean {
  return /\.\d{3}\d*[1-9]/.test(text);
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

/** Links in IANA's spelling, such as `Asia/Kolkata`, which the platform knows under another name. */
const LINK_SPELLING = /^[A-Z][A-Za-z0-9+_-]*(?:\/[A-Z][A-Za-z0-9+_-]*)*$/;
/** Names of the platform's own that other languages do not read. */
const NOT_IANA =
  /^SystemV\/|^US\/Pacific-New$|^(?:ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST)$/i;

const ZONES_MAX = 1_000;
const zoneNames = new Map<string, string | undefined>();

/** IANA's name for a zone, in its spelling; `undefined`: it has none. */
function ianaName(text: string): string | undefined {
  if (zoneNames.size >= ZONES_MAX) zoneNames.clear();
  if (!zoneNames.has(text)) zoneNames.set(text, findIanaName(text));
  return zoneNames.get(text);
}

function findIanaName(text: string): string | undefined {
  if (!/^[A-Za-z]/.test(text) || NOT_IANA.test(text)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions();
    if (timeZone.toLowerCase() === text.toLowerCase()) return timeZone;
    return LINK_SPELLING.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function remember<K, V>(known: Map<K, V>, key: K, compute: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = compute();
  known.set(key, value);
  return value;
}
