/** A stored number that no double holds, as its digits. */
export interface LongNumber {
  readonly value: string;
}

/** Whether a value of an item is such a number: no plain value is an object of a class. */
export function isLongNumber(value: unknown): value is LongNumber {
  if (typeof value !== "object" || value === null || !("value" in value)) return false;
  return typeof value.value === "string" && Object.getPrototypeOf(value) !== Object.prototype;
}
