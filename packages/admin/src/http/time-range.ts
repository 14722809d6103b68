import { Instant, instantMs, instantText } from "@autonomy-gate/core/day";
import * as z from "zod";
import { invalid } from "./errors.ts";

const DAY_START = "T00:00:00.000Z";
const DAY_END = "T23:59:59.999Z";

/** A moment, or a whole day in UTC. */
export const Moment = z
  .string()
  .max(40)
  .refine(
    (text) => isDay(text) || isUsableInstant(text),
    "must be a day such as 2026-11-22 or an instant such as 2026-11-22T09:30:00.000Z",
  )
  .meta({ example: "2026-11-22" });

export const RangeQuery = {
  from: Moment.optional().meta({ description: "First instant, or first day in UTC; inclusive." }),
  to: Moment.optional().meta({ description: "Last instant, or last day in UTC; inclusive." }),
};

export interface TimeRange {
  readonly from?: string;
  readonly to?: string;
}

/** Bounds as instants, both inclusive: a day as `to` means to its end. Throws a 400 if from > to. */
export function timeRange(query: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): TimeRange {
  const from = query.from === undefined ? undefined : bound(query.from, DAY_START);
  const to = query.to === undefined ? undefined : bound(query.to, DAY_END);
  if (from !== undefined && to !== undefined && from > to) {
    throw invalid([{ path: "query.from", message: "must not be after to" }]);
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function bound(text: string, timeOfDay: string): string {
  return isDay(text) ? `${text}${timeOfDay}` : instantText(instantMs(text));
}

function isDay(text: string): boolean {
  return z.iso.date().safeParse(text).success;
}

/** A year of four digits: later ones do not sort as text. */
function isUsableInstant(text: string): boolean {
  return Instant.safeParse(text).success && /^\d{4}-/.test(instantText(instantMs(text)));
}
