import type * as z from "zod";
import { PermanentError } from "./errors.ts";
import { quoted } from "./stored.ts";

/** As many as the gate tells the sender of an intent. */
const ISSUES_MAX = 20;

/**
 * A value from callers or from the tables, read through its schema. Throws PermanentError that says
 * by its name what is wrong with it, and what came.
 */
export function checked<S extends z.ZodType>(name: string, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { error } = parsed;
  const issues = error.issues.slice(0, ISSUES_MAX);
  const wrong = issues.map(({ path, message }) => [...path, message].join(": "));
  throw new PermanentError(`${name}: ${wrong.join("; ")}, not ${quoted(value)}.`, { cause: error });
}
