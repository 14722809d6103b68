import type * as z from "zod";
import { quotation } from "./visible-text.ts";

/**
 * What a strongly consistent read found at one key. A thing that could not be read at all is not
 * one of these: the read fails, and the message is tried again.
 */
export type Stored<T> =
  | { readonly status: "absent" }
  | { readonly status: "readable"; readonly value: T }
  /** Something is there that is not what belongs there. It never allows anything. */
  | { readonly status: "unreadable"; readonly found: string };

export const ABSENT = { status: "absent" } as const;

/** Reads an item through its schema; what does not fit is unreadable, never an exception. */
export function storedAs<S extends z.ZodType>(
  schema: S,
  item: unknown,
  describe: (item: unknown) => string = () => "an item of another shape",
): Stored<z.output<S>> {
  if (item === undefined) return ABSENT;
  const parsed = schema.safeParse(item);
  return parsed.success
    ? { status: "readable", value: parsed.data }
    : { status: "unreadable", found: describe(item) };
}

/**
 * A value from outside as short printable ASCII, for explanations. Text stands in quotation marks,
 * which nothing in it can end.
 */
export function quoted(value: unknown, lengthMax = 64): string {
  const text = typeof value === "string" ? value : jsonText(value);
  const printable = text.replace(/[^\x20-\x7e]/g, "?");
  const short = printable.length > lengthMax ? `${printable.slice(0, lengthMax - 1)}~` : printable;
  return typeof value === "string" ? quotation(short) : short;
}

/** Callers in the same process may pass what JSON cannot write. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
