/** One thing that is not as the contract says. */
export interface Difference {
  readonly at: string;
  readonly problem: string;
}

/** Stands for "no such field" among what is expected. */
const ABSENT = "<absent>";

/**
 * Where what was found differs from what was expected: of an object the fields named, of a list
 * everything. `explanation_says` names words and numbers that the explanation holds, whole: 0.7 is
 * not found in 0.70.
 */
export function differences(expected: unknown, found: unknown, at: string): Difference[] {
  if (expected === ABSENT) {
    return found === undefined ? [] : [{ at, problem: `is there: ${text(found)}` }];
  }
  if (Array.isArray(expected)) return listDifferences(expected, found, at);
  if (isObject(expected)) return objectDifferences(expected, found, at);
  if (Object.is(expected, found)) return [];
  return [{ at, problem: `expected ${text(expected)}, found ${text(found)}` }];
}

function listDifferences(expected: readonly unknown[], found: unknown, at: string): Difference[] {
  if (!Array.isArray(found)) return [{ at, problem: `expected a list, found ${text(found)}` }];
  const lengths =
    expected.length === found.length
      ? []
      : [{ at, problem: `expected ${expected.length} in the list, found ${found.length}` }];
  return [
    ...lengths,
    ...expected.flatMap((each, index) => differences(each, found[index], `${at}.${index}`)),
  ];
}

function objectDifferences(expected: object, found: unknown, at: string): Difference[] {
  if (!isObject(found)) return [{ at, problem: `expected an object, found ${text(found)}` }];
  const fields = new Map(Object.entries(found));
  return Object.entries(expected).flatMap(([name, value]) =>
    name === "explanation_says"
      ? unsaid(value, fields.get("explanation"), `${at}.explanation`)
      : differences(value, fields.get(name), `${at}.${name}`),
  );
}

function unsaid(words: unknown, explanation: unknown, at: string): Difference[] {
  const said = String(explanation);
  return [words]
    .flat()
    .map(String)
    .filter((word) => !saysWhole(said, word))
    .map((word) => ({ at, problem: `does not say ${word}: ${said}` }));
}

function saysWhole(said: string, word: string): boolean {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w.-])${literal}(?![\\w-]|\\.\\w)`).test(said);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length > 200 ? `${json.slice(0, 199)}~` : json;
}
