/**
 * A stored number that is not what a double is written as; others may have stored it. No schema
 * accepts it: what holds one where a number belongs is unreadable.
 */
export interface LongNumber {
  /** As DynamoDB writes it, at most 38 significant digits. */
  readonly value: string;
}

/** Whether a value of an item is such a number: no plain value is an object of a class. */
export function isLongNumber(value: unknown): value is LongNumber {
  if (typeof value !== "object" || value === null || !("value" in value)) return false;
  return typeof value.value === "string" && Object.getPrototypeOf(value) !== Object.prototype;
}

/** Whether a double is written as this decimal number, and not so large that others are too. */
export function isDouble(text: string): boolean {
  const double = Number(text);
  if (Math.abs(double) > Number.MAX_SAFE_INTEGER) return false;
  const written = String(double);
  return written === text || decimal(written) === decimal(text);
}

/** One spelling for each decimal number: its significant digits and the power of ten behind them. */
function decimal(text: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power}`;
}
