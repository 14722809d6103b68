/** As many digits as the shortest whole number that a double may have to round. */
const LONG_DIGITS = /\d{16}/;

/**
 * `JSON.parse`, but a whole number that a double cannot hold is read as NaN instead of rounded:
 * no check for valid JSON lets that pass, so nobody acts on another number than was written.
 * Throws SyntaxError as `JSON.parse` does.
 */
export function parseExactJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  if (!LONG_DIGITS.test(text)) return parsed;
  try {
    return JSON.parse(text, exactly);
  } catch {
    // Revivers recurse: what exhausts the stack nests far deeper than any check allows.
    return parsed;
  }
}

/** The source text is given since ES2025: https://tc39.es/proposal-json-parse-with-source/ */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  const isWhole = /^-?\d+$/.test(context.source);
  return isWhole && String(value) !== context.source && value !== 0 ? Number.NaN : value;
}
