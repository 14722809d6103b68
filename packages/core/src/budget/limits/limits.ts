import * as z from "zod";
import type { Counter } from "../counter.ts";
import { ACTION_TYPE } from "./action-type.ts";
import { DAY } from "./day.ts";
import type { Limit } from "./limit.ts";

/** The fields of a budget that set its limits. */
export const LIMIT_FIELDS = {
  ...DAY.fields,
  ...ACTION_TYPE.fields,
};
type LimitFields = z.infer<z.ZodObject<typeof LIMIT_FIELDS>>;

/** Every limit by its name, in order of precedence: of several that are spent, the first is named. */
export const LIMITS = {
  DAY,
  ACTION_TYPE,
} as const satisfies Readonly<Record<string, Limit<LimitFields>>>;

/** What limited a claim. */
export const LimitedBy = z.enum(namesOf(LIMITS));
export type LimitedBy = z.infer<typeof LimitedBy>;

/** Whether an attribute of a stored day is a counter of some limit. */
export function isCounter(attribute: string): attribute is Counter {
  return LimitedBy.options.some((name) => LIMITS[name].counters.keyOf(attribute) !== undefined);
}

function namesOf<T extends object>(record: T): Extract<keyof T, string>[] {
  const names: Extract<keyof T, string>[] = [];
  for (const name in record) if (Object.hasOwn(record, name)) names.push(name);
  return names;
}
