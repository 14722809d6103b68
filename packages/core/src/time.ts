import * as z from "zod";

/** Words for time, and nothing that computes with it: `day.ts` does, with a calendar library. */

const DATE = z.regexes.date.source.slice(1, -1);
const TIME = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d";
const OFFSET = "(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";

/** ISO 8601 with `Z` or an offset, to the nanosecond at most. */
const INSTANT_PATTERN = new RegExp(`^${DATE}T${TIME}(?:\\.\\d{1,9})?${OFFSET}$`);

/** The one spelling that the gate writes. */
const UTC_INSTANT_PATTERN = new RegExp(`^${DATE}T${TIME}\\.\\d{3}Z$`);

/** A calendar day, `YYYY-MM-DD`. Two of them compare as text. */
export const DateKey = z
  .string()
  .regex(z.regexes.date, "must be a calendar day, YYYY-MM-DD")
  .meta({ format: "date" })
  .brand<"DateKey">();
export type DateKey = z.infer<typeof DateKey>;

/** An ISO 8601 instant with `Z` or an offset, to the nanosecond at most: what `instantMs` reads. */
export const Instant = z
  .string()
  .regex(INSTANT_PATTERN, "must be an ISO 8601 instant such as 2026-11-22T09:30:00.000Z")
  .meta({ format: "date-time" });

/** An instant as the gate writes it: `YYYY-MM-DDTHH:mm:ss.sssZ`. Two of them compare as text. */
export const UtcInstant = z
  .string()
  .regex(UTC_INSTANT_PATTERN, "must be an instant such as 2026-11-22T09:30:00.000Z")
  .meta({ format: "date-time" });
