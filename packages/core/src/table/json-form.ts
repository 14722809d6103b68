import { isLongNumber } from "./long-number.ts";
import type { Item } from "./table.ts";

/**
 * What is stored, as JSON that loses nothing: different values never have the same form. What JSON
 * has no word for is an object with one field: `$number` (digits), `$set` (sorted) or `$binary`
 * (hexadecimal). Names of stored attributes that begin with `$` have one `$` more.
 */
export function jsonForm(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(jsonForm);
  if (isLongNumber(value)) return { $number: value.value };
  if (value instanceof Set) return { $set: [...value].map(jsonForm).sort(inText) };
  if (value instanceof Uint8Array) return { $binary: hexadecimal(value) };
  return attributesForm({ ...value });
}

/** The same for an item, or a map in it. */
export function attributesForm(attributes: Item): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name.startsWith("$") ? `$${name}` : name,
      jsonForm(value),
    ]),
  );
}

function inText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
