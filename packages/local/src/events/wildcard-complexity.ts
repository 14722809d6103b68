import { Buffer } from "node:buffer";
import { parseWildcard } from "./wildcard.ts";

/**
 * How complex the wildcards of one field are: the most beginnings of wildcards that one and the same
 * text may match at once. `*a*a` has the beginnings `*`, `*a`, `*a*` and `*a*a`, and the text `aa`
 * matches all four. EventBridge bounds what it has to follow at the same time.
 * https://github.com/aws/event-ruler/blob/main/src/main/software/amazon/event/ruler/MachineComplexityEvaluator.java
 */

/** EventBridge refuses a pattern with more. */
const BEGINNINGS_MAX = 10;

/** Sets of beginnings looked at. Patterns of 4,096 bytes that need more are far beyond the bound. */
const SETS_MAX = 20_000;

/** A byte of the text, or any run of them. */
type Token = number | "*";

/** A beginning of a wildcard: so many of its tokens. */
interface Beginning {
  /** Which wildcard of the field. */
  readonly wildcard: number;
  readonly tokens: readonly Token[];
  readonly length: number;
}

export function isTooComplex(wildcards: readonly string[]): boolean {
  const start = withStars(
    wildcards.map((text, wildcard) => ({ wildcard, tokens: tokensOf(text), length: 0 })),
  );
  const seen = new Set<string>();
  const pending = setsAfter(start);
  for (let set = pending.pop(); set !== undefined; set = pending.pop()) {
    if (set.size > BEGINNINGS_MAX || seen.size > SETS_MAX) return true;
    const name = [...set.keys()].sort().join(" ");
    if (seen.has(name)) continue;
    seen.add(name);
    pending.push(...setsAfter(set));
  }
  return false;
}

/** By bytes, and in quotes, as event-ruler holds a text. */
function tokensOf(text: string): readonly Token[] {
  const literals = parseWildcard(text).map((piece) => [...Buffer.from(piece)]);
  const tokens = literals.flatMap((piece, index): Token[] =>
    index === 0 ? piece : ["*", ...piece],
  );
  const [quote = 0] = Buffer.from('"');
  return [quote, ...tokens, quote];
}

type Beginnings = ReadonlyMap<string, Beginning>;

/** What each next byte of a text leaves: every byte that a beginning waits for, and any other. */
function setsAfter(set: Beginnings): Beginnings[] {
  const waiting = [...set.values()].map(({ tokens, length }) => tokens[length]);
  const bytes = new Set(waiting.filter((token) => typeof token === "number"));
  return [...bytes, undefined]
    .map((byte) => withStars([...set.values()].flatMap((one) => after(one, byte))))
    .filter((next) => next.size > 0);
}

function after(one: Beginning, byte: number | undefined): readonly Beginning[] {
  const { tokens, length } = one;
  const goesOn = byte !== undefined && tokens[length] === byte;
  return [
    ...(tokens[length - 1] === "*" ? [one] : []),
    ...(goesOn ? [{ ...one, length: length + 1 }] : []),
  ];
}

/** A star may stand for nothing: what ends before one also ends after it. */
function withStars(beginnings: readonly Beginning[]): Beginnings {
  const all = beginnings.flatMap((one) =>
    one.tokens[one.length] === "*" ? [one, { ...one, length: one.length + 1 }] : [one],
  );
  return new Map(all.map((one) => [`${one.wildcard}:${one.length}`, one]));
}
