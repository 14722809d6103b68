/** A place where a JSON text does not say one thing, or says it to more digits than a double has. */
export interface JsonFlaw {
  /** Names of the fields, and places in arrays, that lead to it from the top. */
  readonly path: readonly string[];
  readonly kind: "DUPLICATE_KEY" | "INEXACT_NUMBER";
}

export interface ExactJson {
  /** As `JSON.parse` reads it; not to be relied on at the places of the flaws. */
  readonly value: unknown;
  /** In the order of the text, at most 20. Empty: every reader finds the same in it. */
  readonly flaws: readonly JsonFlaw[];
}

export const FLAW_MESSAGES: Readonly<Record<JsonFlaw["kind"], string>> = {
  DUPLICATE_KEY: "must be given once",
  INEXACT_NUMBER: "must be a number that a double holds; write it as text",
};

const FLAWS_MAX = 20;

/** A string, a number, or one of the marks that give JSON its shape. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\],:]/gs;

/** An object or array that is open at a place of the text. */
interface Level {
  /** Keys of the object so far; `undefined`: it is an array. */
  readonly keys: Set<string> | undefined;
  /** The key whose value comes next, or the index. */
  at: string | number;
  awaitsKey: boolean;
}

/**
 * `JSON.parse` that also tells where a text is read differently by different readers: a key given
 * twice in an object (the last counts here, the first elsewhere), a whole number that a double does
 * not hold exactly, a fraction of more than 17 significant digits. Throws SyntaxError as
 * `JSON.parse` does. Needs no recursion, so no nesting can exhaust the stack.
 */
export function parseExactJson(text: string): ExactJson {
  const value: unknown = JSON.parse(text);
  const flaws: JsonFlaw[] = [];
  const levels: Level[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const kind = flawOf(token, levels);
    if (kind === undefined) continue;
    flaws.push({ kind, path: levels.map(({ at }) => String(at)) });
    if (flaws.length === FLAWS_MAX) break;
  }
  return { value, flaws };
}

/** Follows one token of valid JSON. */
function flawOf(token: string, levels: Level[]): JsonFlaw["kind"] | undefined {
  const level = levels.at(-1);
  switch (token[0]) {
    case "{":
      levels.push({ keys: new Set(), at: "", awaitsKey: true });
      return undefined;
    case "[":
      levels.push({ keys: undefined, at: 0, awaitsKey: false });
      return undefined;
    case "}":
    case "]":
      levels.pop();
      return undefined;
    case ",":
      if (level !== undefined) next(level);
      return undefined;
    case ":":
      return undefined;
    case '"':
      return level?.awaitsKey ? keyFlaw(token, level) : undefined;
    default:
      return isExact(token) ? undefined : "INEXACT_NUMBER";
  }
}

function next(level: Level): void {
  if (typeof level.at === "number") level.at += 1;
  else level.awaitsKey = true;
}

function keyFlaw(token: string, level: Level): JsonFlaw["kind"] | undefined {
  const key = token.includes("\\") ? String(JSON.parse(token)) : token.slice(1, -1);
  level.at = key;
  level.awaitsKey = false;
  if (level.keys?.has(key)) return "DUPLICATE_KEY";
  level.keys?.add(key);
  return undefined;
}

/** Any decimal of so few digits is held, or is the shortest that stands for its double. */
const SURELY_EXACT_LENGTH = 15;
const FRACTION_DIGITS_MAX = 17;
/** No double that is a whole number has more digits. */
const WHOLE_DIGITS_MAX = 309;

function isExact(token: string): boolean {
  if (token.length <= SURELY_EXACT_LENGTH && !/[eE]/.test(token)) return true;
  const double = Number(token);
  // Beyond all doubles: its reader finds infinity, which is no JSON.
  if (!Number.isFinite(double)) return true;
  const { digits, power } = decimalOf(token);
  if (digits === "") return true;
  if (power < 0) return double !== 0 && digits.length <= FRACTION_DIGITS_MAX;
  if (digits.length + power > WHOLE_DIGITS_MAX) return false;
  return BigInt(Math.abs(double)) === BigInt(digits) * 10n ** BigInt(power);
}

/** The significant digits of a number, without its sign, and the power of ten of the last of them. */
function decimalOf(token: string): { digits: string; power: number } {
  const [, whole = "", fraction = "", exponent = "0"] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const all = `${whole}${fraction}`.replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  return { digits, power: Number(exponent) - fraction.length + all.length - digits.length };
}
