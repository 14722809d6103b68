import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { day } from "../test/fixtures.ts";
import { runs } from "../test/runs.ts";
import {
  calendarAt,
  DateKey,
  dayOf,
  daysBetween,
  expirySeconds,
  Instant,
  instantMs,
  instantText,
  TimeZone,
} from "./day.ts";

describe("an instant", () => {
  test.each([
    ["2026-11-22T09:30:00Z", "2026-11-22T09:30:00.000Z"],
    ["2026-11-22T09:30:00.12Z", "2026-11-22T09:30:00.120Z"],
    ["2026-11-22T09:30:00.123Z", "2026-11-22T09:30:00.123Z"],
    ["2026-11-22T09:30:00+05:30", "2026-11-22T04:00:00.000Z"],
    ["2026-11-22T00:30:00-08:00", "2026-11-22T08:30:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    ["2030-01-01T00:00Z", "2030-01-01T00:00:00.000Z"],
    ["2030-01-01T00:00+05:30", "2029-12-31T18:30:00.000Z"],
  ])("reads %s as %s", (text, read) => {
    expect(Instant.parse(text)).toBe(text);
    expect(instantText(instantMs(text))).toBe(read);
  });

  test.each([
    "2026-11-22",
    "2026-11-22T09:30:00",
    "2026-11-22T09:30",
    "2026-11-22T09Z",
    "2026-11-22T09:30.5Z",
    "2026-11-22T24:00Z",
    "2026-11-22T09:60Z",
    "2026-11-22 09:30:00Z",
    "2026-02-30T00:00:00Z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T09:30:00.Z",
    "2026-11-22T09:30:00+24:00",
    "2026-11-22T09:30:00.000Z[UTC]",
    "1769600000000",
    "tomorrow",
    "",
  ])("refuses %j", (text) => {
    expect(Instant.safeParse(text).error?.issues).toHaveLength(1);
  });

  test("has at most 64 characters", () => {
    const withDigits = (count: number) => `2026-11-22T09:30:00.${"1".repeat(count)}Z`;
    expect(Instant.safeParse(withDigits(43)).success).toBe(true);
    expect(Instant.safeParse(withDigits(44)).success).toBe(false);
  });

  test("rounds a part of a millisecond up, so that it is not past a moment too early", () => {
    const whole = Date.UTC(2026, 10, 22, 9, 30, 0, 120);
    expect(instantMs("2026-11-22T09:30:00.120Z")).toBe(whole);
    expect(instantMs("2026-11-22T09:30:00.120000Z")).toBe(whole);
    expect(instantMs("2026-11-22T09:30:00.120000001Z")).toBe(whole + 1);
    expect(instantMs("2026-11-22T09:30:00.1209Z")).toBe(whole + 1);
    expect(instantMs("1969-12-31T23:59:59.9995Z")).toBe(0);
  });

  test("whatever is accepted can be read", () => {
    const parts = fc.tuple(
      fc.constantFrom("0000", "0001", "1969", "2024", "2026", "9999"),
      fc.constantFrom("01-01", "02-29", "02-28", "12-31", "13-01"),
      fc.constantFrom("00:00:00", "23:59:59", "23:59:60", "24:00:00", "09:30"),
      fc.constantFrom("", ".", ".0", ".123456789", ".1234567890", `.${"9".repeat(40)}`),
      fc.constantFrom("Z", "z", "+00:00", "-00:00", "+23:59", "-14:00", "+24:00", ""),
    );
    fc.assert(
      fc.property(parts, ([year, date, time, fraction, offset]) => {
        const text = `${year}-${date}T${time}${fraction}${offset}`;
        if (Instant.safeParse(text).success) expect(Number.isInteger(instantMs(text))).toBe(true);
      }),
      { numRuns: runs(2_000) },
    );
  });
});

test.each(["2026-02-29", "2026-13-01", "20261122", "2026-11-2", "+002026-11-22", "", "CURRENT"])(
  "%j is not a calendar day",
  (text) => expect(DateKey.safeParse(text).success).toBe(false),
);

test.each([
  ["UTC", true],
  ["Europe/Berlin", true],
  ["Asia/Kathmandu", true],
  ["+01:00", false],
  ["Mars/Olympus", false],
  ["2026-11-22T00:00Z[Europe/Berlin]", false],
  ["", false],
  [`Europe/${"x".repeat(80)}`, false],
  ["GMT", true],
  ["SystemV/PST8PDT", false],
  ["PST", false],
])("%j as a time zone: %s", (text, known) => {
  expect(TimeZone.safeParse(text).success).toBe(known);
});

test.each([
  ["europe/berlin", "Europe/Berlin"],
  ["utc", "UTC"],
  ["Asia/Kolkata", "Asia/Kolkata"],
  ["AMERICA/NEW_YORK", "America/New_York"],
])("OUT-12: the time zone %s is read as %s, which every language reads", (text, name) => {
  expect(TimeZone.parse(text)).toBe(name);
});

test.each([
  ["2026-11-22t09:30:00z", "2026-11-22T09:30:00.000Z"],
  ["2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000Z"],
  ["2026-12-31T18:59:60.5-05:00", "2027-01-01T00:00:00.500Z"],
  ["2026-11-22T09:30:00.1234567890123+00:00", "2026-11-22T09:30:00.124Z"],
  ["2026-11-22T09:30:00.123000000000Z", "2026-11-22T09:30:00.123Z"],
  ["2026-11-22T09:30:00.1230000000001Z", "2026-11-22T09:30:00.124Z"],
  ["2026-11-22T09:30:00-00:00", "2026-11-22T09:30:00.000Z"],
])("OUT-12: %s is an instant, as RFC 3339 says: %s", (text, instant) => {
  expect(Instant.safeParse(text).success).toBe(true);
  expect(instantText(instantMs(text))).toBe(instant);
});

test.each([
  ["2026-11-22T23:59:59.999Z", "UTC", "2026-11-22"],
  ["2026-11-23T00:00:00.000Z", "UTC", "2026-11-23"],
  ["2026-11-22T22:59:59.999Z", "Europe/Berlin", "2026-11-22"],
  ["2026-11-22T23:00:00.000Z", "Europe/Berlin", "2026-11-23"],
  ["2026-11-22T10:00:00.000Z", "Pacific/Kiritimati", "2026-11-23"],
  ["2026-11-22T10:59:59.999Z", "Pacific/Pago_Pago", "2026-11-21"],
])("%s in %s is %s", (instant, zone, expected) => {
  expect(dayOf(instantMs(instant), zone)).toBe(expected);
  expect(calendarAt(instantMs(instant)).today(zone)).toBe(expected);
});

test.each([
  ["an ordinary day", "2026-11-22", "UTC", "2026-11-23T00:00:00.000Z"],
  ["the last day of a year", "2026-12-31", "Europe/Berlin", "2026-12-31T23:00:00.000Z"],
  ["a day of 23 hours", "2026-03-29", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
  ["a day of 25 hours", "2026-10-25", "Europe/Berlin", "2026-10-25T23:00:00.000Z"],
  ["a day of 23 hours in New York", "2026-03-08", "America/New_York", "2026-03-09T04:00:00.000Z"],
  ["a day of 25 hours in New York", "2026-11-01", "America/New_York", "2026-11-02T05:00:00.000Z"],
  // Beirut's clocks went from 23:59:59 on 26 March straight to 01:00 on the 27th.
  ["the day before one without midnight", "2022-03-26", "Asia/Beirut", "2022-03-26T22:00:00.000Z"],
  ["a day without midnight", "2022-03-27", "Asia/Beirut", "2022-03-27T21:00:00.000Z"],
  // Lord Howe moves its clocks by half an hour.
  ["a day of 23.5 hours", "2026-10-04", "Australia/Lord_Howe", "2026-10-04T13:00:00.000Z"],
  // Samoa crossed the date line: it had no 30 December 2011.
  ["the day before one that never was", "2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00.000Z"],
])("%s (%s in %s) ends at %s", (_, date, zone, end) => {
  expect(calendarAt(0).endOf(day(date), zone)).toBe(end);
});

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Beirut",
  "America/Santiago",
  "Pacific/Kiritimati",
  "Asia/Kathmandu",
] as const;

test("every instant falls on the day whose end is the first instant not on it", () => {
  const instants = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2035, 0) });
  fc.assert(
    fc.property(instants, fc.constantFrom(...ZONES), (ms, zone) => {
      const today = dayOf(ms, zone);
      const end = instantMs(calendarAt(ms).endOf(today, zone));
      expect(end).toBeGreaterThan(ms);
      expect(dayOf(end - 1, zone)).toBe(today);
      expect(dayOf(end, zone) > today).toBe(true);
    }),
    { numRuns: runs(1_000) },
  );
});

test("one reading has one answer for each zone, and keeps zones apart", () => {
  const calendar = calendarAt(Date.UTC(2026, 10, 22, 23, 30));
  expect(calendar.instant).toBe("2026-11-22T23:30:00.000Z");
  for (let time = 0; time < 2; time++) {
    expect(calendar.today("UTC")).toBe("2026-11-22");
    expect(calendar.today("Europe/Berlin")).toBe("2026-11-23");
    expect(calendar.endOf(day("2026-11-22"), "UTC")).toBe("2026-11-23T00:00:00.000Z");
    expect(calendar.endOf(day("2026-11-23"), "UTC")).toBe("2026-11-24T00:00:00.000Z");
    expect(calendar.endOf(day("2026-11-22"), "Europe/Berlin")).toBe("2026-11-22T23:00:00.000Z");
  }
});

test("days between two days are whole across a change of clocks and a leap day", () => {
  expect(daysBetween(day("2026-10-20"), day("2026-10-27"))).toBe(7);
  expect(daysBetween(day("2024-02-28"), day("2024-03-01"))).toBe(2);
  expect(daysBetween(day("2026-11-22"), day("2026-11-20"))).toBe(-2);
});

test("a day's rows expire the given number of days after its end", () => {
  expect(expirySeconds(day("2026-11-22"), 90)).toBe(Date.UTC(2027, 1, 21) / 1000);
});

test("an instant at the end of the calendar has a day in every zone", () => {
  const end = instantMs("9999-12-31T23:59:59.999Z");
  const start = instantMs("0000-01-01T00:00:00.000Z");

  expect(dayOf(end, "Pacific/Kiritimati")).toBe("9999-12-31");
  expect(dayOf(start, "America/Los_Angeles")).toBe("0000-01-01");
});
