import * as z from "zod";

/** Words for time, and nothing that computes with it: `day.ts` does, with a calendar library. */

const DATE = z.regexes.date.source.slice(1, -1);
const MINUTE = "(?:[01]\\d|2[0-3]):[0-5]\\d";
const TIME = `${MINUTE}:[0-5]\\d`;
const OFFSET = "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";

const SECONDS_PATTERN = new RegExp(`^${DATE}T${TIME}(?:\\.\\d{1,9})?${OFFSET}$`);
const MINUTES_PATTERN = new RegExp(`^${DATE}T${MINUTE}${OFFSET}$`);

const INSTANT_RULE = "must be an ISO 8601 instant such as 2026-11-22T09:30:00.000Z";

/** The one spelling that the gate writes. */
const UTC_INSTANT_PATTERN = new RegExp(`^${DATE}T${TIME}\\.\\d{3}Z$`);

/** A calendar day, `YYYY-MM-DD`. Two of them compare as text. */
export const DateKey = z
  .string()
  .regex(z.regexes.date, "must be a calendar day, YYYY-MM-DD")
  .meta({ format: "date" })
  .brand<"DateKey">();
export type DateKey = z.infer<typeof DateKey>;

/** An instant as RFC 3339 writes it, with `Z` or an offset, to the nanosecond at most. */
export const Rfc3339Instant = z
  .string()
  .regex(SECONDS_PATTERN, INSTANT_RULE)
  .meta({ format: "date-time" });

/** An instant as ISO 8601 writes it: RFC 3339's form, or to the minute. `instantMs` reads both. */
export const Instant = z.union([Rfc3339Instant, z.string().regex(MINUTES_PATTERN)], {
  error: INSTANT_RULE,
});

/** An instant as the gate writes it: `YYYY-MM-DDTHH:mm:ss.sssZ`. Two of them compare as text. */
export const UtcInstant = z
  .string()
  .regex(UTC_INSTANT_PATTERN, "must be an instant such as 2026-11-22T09:30:00.000Z")
  .meta({ format: "date-time" });
