import type { Attributes } from "@autonomy-gate/core/memory";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const WRITE_UNIT_BYTES = 1024;

const ITEM_BYTES_MAX = 400 * 1024;

/** Whether DynamoDB takes an item at all; a look at its long texts is enough. */
export function isTooLarge(item: Attributes | undefined): boolean {
  if (item === undefined) return false;
  const hasLongText = Object.values(item).some(
    (value) => typeof value === "string" && value.length > ITEM_BYTES_MAX / 16,
  );
  return hasLongText && sizeOf(item) > ITEM_BYTES_MAX;
}

/** Write units of one item, the index's share left out; a transaction counts twice. */
export function writeUnits(item: Attributes | undefined, inTransaction: boolean): number {
  const bytes = item === undefined ? 0 : sizeOf(item) - STRUCTURE_BYTES;
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES)) * (inTransaction ? 2 : 1);
}

/** A list or map has this much beside what it holds; the item itself does not. */
const STRUCTURE_BYTES = 3;

function sizeOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return Math.ceil(String(Math.abs(value)).length / 2) + 1;
  if (typeof value !== "object" || value === null) return 1;
  return Object.entries(value).reduce(
    (bytes, [name, child]) =>
      bytes + sizeOf(child) + (Array.isArray(value) ? 1 : Buffer.byteLength(name)),
    STRUCTURE_BYTES,
  );
}
