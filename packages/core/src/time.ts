import * as z from "zod";

/** Words for time, and nothing that computes with it: `day.ts` does, with a calendar library. */

const DATE = z.regexes.date.source.slice(1, -1);
const MINUTE = "(?:[01]\\d|2[0-3]):[0-5]\\d";
const TIME = `${MINUTE}:[0-5]\\d`;
const OFFSET = "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";

const WRITTEN_PATTERN = new RegExp(`^${DATE}T${TIME}(?:\\.\\d{1,9})?${OFFSET}$`);
/** All that RFC 3339 allows: any number of fraction digits, leap seconds, `t` and `z`. */
const READ_PATTERN = new RegExp(
  `^${DATE}[Tt]${MINUTE}:(?:[0-5]\\d|60)(?:\\.\\d+)?(?:[Zz]|${OFFSET})$`,
);
const MINUTES_PATTERN = new RegExp(`^${DATE}T${MINUTE}${OFFSET}$`);
const LENGTH_MAX = 64;

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

/** An instant with `Z` or an offset, to the nanosecond at most: what the gate's own events hold. */
export const Rfc3339Instant = z
  .string()
  .regex(WRITTEN_PATTERN, INSTANT_RULE)
  .meta({ format: "date-time" });

const ReadInstant = z.string().max(LENGTH_MAX).regex(READ_PATTERN).meta({ format: "date-time" });

/** An instant in any form of RFC 3339, or to the minute as in ISO 8601. `instantMs` reads them all. */
export const Instant = z.union([Rfc3339Instant, z.string().regex(MINUTES_PATTERN), ReadInstant], {
  error: INSTANT_RULE,
});

/** An instant as the gate writes it: `YYYY-MM-DDTHH:mm:ss.sssZ`. Two of them compare as text. */
export const UtcInstant = z
  .string()
  .regex(UTC_INSTANT_PATTERN, "must be an instant such as 2026-11-22T09:30:00.000Z")
  .meta({ format: "date-time" });
