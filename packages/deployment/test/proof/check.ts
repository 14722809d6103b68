import type { Synthesis } from "../synthesis/synthesis.ts";

/** One thing that has to hold of every stage: says in sentences what does not. */
export type Check = (synthesis: Synthesis) => readonly string[];

/** A sentence when two values differ as JSON, keys in any order. */
export function differences(what: string, actual: unknown, expected: unknown): string[] {
  const [is, should] = [canonical(actual), canonical(expected)];
  return is === should ? [] : [`${what} is ${is}, not ${should}`];
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
