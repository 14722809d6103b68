import type { JsonObject, Scalar } from "./json.ts";
import { isObject, isScalar } from "./json.ts";
import { ABSENT, compileEntry, RESERVED_IN_OR, type Test, wildcardsOf } from "./operators.ts";
import { InvalidEventPatternError } from "./pattern-error.ts";
import { isTooComplex } from "./wildcard-complexity.ts";

/**
 * The EventBridge pattern language, as aws/event-ruler defines it: fields are joined by "and", the
 * entries of a list by "or", `$or` makes alternatives, and two fields inside one array of objects
 * must be found in the same element of it.
 */

/** A field an event must have with a value that passes `test`, or, without one, must not have. */
interface Need {
  readonly path: readonly string[];
  readonly test: Test | undefined;
}

/** One way to satisfy a pattern: every need, by its path. */
type Alternative = ReadonlyMap<string, Need>;

export interface CompiledPattern {
  readonly alternatives: readonly (readonly Need[])[];
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-or-matching */
const COMBINATIONS_MAX = 1_000;
const DEPTH_MAX = 1_000;

/** @throws InvalidEventPatternError */
export function compilePattern(pattern: unknown): CompiledPattern {
  if (!isObject(pattern)) {
    return refuse("Filter is not an object");
  }
  const wildcards = new Map<string, Set<string>>();
  const noteWildcard = (field: string, text: string) =>
    void wildcards.set(field, (wildcards.get(field) ?? new Set()).add(text));
  const place = { path: [], insideOr: false, depth: 1, noteWildcard };
  const alternatives = withObject([new Map()], pattern, place);
  if ([...wildcards.values()].some((texts) => isTooComplex([...texts]))) {
    return refuse(
      "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
    );
  }
  return { alternatives: alternatives.map((needs) => [...needs.values()].sort(byPath)) };
}

/** @throws InvalidEventPatternError when EventBridge would refuse the pattern */
export function validatePattern(pattern: unknown): void {
  compilePattern(pattern);
}

/**
 * Takes time in proportion to the event's size for each of the pattern's alternatives.
 * @throws InvalidEventPatternError
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  return matches(compilePattern(pattern), event);
}

export function matches(pattern: CompiledPattern, event: unknown): boolean {
  return isObject(event) && pattern.alternatives.some((needs) => satisfiesObject(needs, 0, event));
}

interface Place {
  readonly path: readonly string[];
  readonly insideOr: boolean;
  readonly depth: number;
  /** Notes every wildcard by the field it is for. */
  readonly noteWildcard: (field: string, text: string) => void;
}

function withObject(before: Alternative[], pattern: JsonObject, place: Place): Alternative[] {
  const fields = Object.entries(pattern);
  if (fields.length === 0) {
    return refuse("Empty objects are not allowed");
  }
  if (place.depth > DEPTH_MAX) {
    return refuse(`The pattern is nested deeper than ${DEPTH_MAX} levels`);
  }
  let alternatives = before;
  for (const [name, value] of fields) {
    alternatives = withField(alternatives, name, value, place);
    if (alternatives.length > COMBINATIONS_MAX) {
      return refuse(`The pattern makes more than ${COMBINATIONS_MAX} rule combinations`);
    }
  }
  return alternatives;
}

function withField(
  before: Alternative[],
  name: string,
  value: unknown,
  place: Place,
): Alternative[] {
  const branches = name === "$or" ? orBranches(value) : undefined;
  if (branches !== undefined) {
    const inside = { ...place, insideOr: true, depth: place.depth + 1 };
    return branches.flatMap((branch) => withObject(before, branch, inside));
  }
  if (place.insideOr && RESERVED_IN_OR.has(name)) {
    return refuse(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
  }
  // The names of a path are joined by dots and never taken apart by what they held: {"a.b": …}
  // and {"a": {"b": …}} are one path.
  const path = [...place.path, ...name.split(".")];
  if (isObject(value)) {
    return withObject(before, value, { ...place, path, depth: place.depth + 1 });
  }
  return Array.isArray(value)
    ? withLeaf(before, value, { ...place, path })
    : refuse(`"${name}" must be an object or an array`);
}

/** undefined: the field is merely called `$or`. */
function orBranches(value: unknown): readonly JsonObject[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    return undefined;
  }
  const branches = value.filter(isObject);
  const reserved = branches.some((branch) =>
    Object.keys(branch).some((name) => RESERVED_IN_OR.has(name)),
  );
  if (branches.length < value.length || reserved) {
    return undefined;
  }
  return branches.length < 2
    ? refuse("There must have at least 2 Objects in $or relationship.")
    : branches;
}

function withLeaf(
  before: Alternative[],
  entries: readonly unknown[],
  { path, noteWildcard }: Place,
): Alternative[] {
  if (entries.length === 0) {
    return refuse("Empty arrays are not allowed");
  }
  const compiled = entries.map(compileEntry);
  const tests = compiled.filter((entry) => entry !== ABSENT);
  const needs: Need[] = [];
  if (tests.length > 0) {
    needs.push({ path, test: (value) => tests.some((test) => test(value)) });
  }
  if (tests.length < compiled.length) {
    needs.push({ path, test: undefined });
  }
  const key = path.join(".");
  for (const text of entries.flatMap(wildcardsOf)) noteWildcard(key, text);
  return needs.flatMap((need) => before.map((needsSoFar) => new Map(needsSoFar).set(key, need)));
}

function byPath(one: Need, other: Need): number {
  const left = one.path.join(".");
  const right = other.path.join(".");
  return left < right ? -1 : Number(left > right);
}

/** `at`: how many names of each need's path led here. */
function satisfies(needs: readonly Need[], at: number, value: unknown): boolean {
  if (isObject(value)) {
    return satisfiesObject(needs, at, value);
  }
  if (Array.isArray(value)) {
    return satisfiesArray(needs, at, value);
  }
  return isScalar(value) && needs.every((need) => satisfiesLeaf(need, at, [value]));
}

function satisfiesLeaf(need: Need, at: number, leaves: readonly Scalar[]): boolean {
  const here = need.path.length === at ? leaves : [];
  return need.test === undefined ? here.length === 0 : here.some(need.test);
}

function satisfiesObject(needs: readonly Need[], at: number, object: JsonObject): boolean {
  const dotted = Object.keys(object).filter((name) => name.includes("."));
  const groupHolds = ([name, group]: readonly [string, readonly Need[]]) =>
    satisfies(group, at + name.split(".").length, object[name]);
  const ways = needs.map((need): readonly (readonly string[])[] => {
    const places = ownNames(need.path, at, object, dotted);
    // What must be missing must be missing at each place; what must be there, at one of them.
    if (need.test === undefined) return [places];
    const fitting =
      places.length < 2 ? places : places.filter((name) => groupHolds([name, [need]]));
    return fitting.map((name) => [name]);
  });
  for (const places of combinations(ways)) {
    if ([...grouped(needs, places)].every(groupHolds)) return true;
  }
  return false;
}

/** The needs by the field in which they are looked for, in the order of their paths. */
function grouped(
  needs: readonly Need[],
  places: readonly (readonly string[])[],
): ReadonlyMap<string, readonly Need[]> {
  const groups = new Map<string, Need[]>();
  for (const [index, need] of needs.entries()) {
    for (const name of places[index] ?? []) {
      groups.set(name, [...(groups.get(name) ?? []), need]);
    }
  }
  return groups;
}

/** Every choice of one way for each need, made as they are asked for: nearly always there is one. */
function* combinations<Way>(
  ways: readonly (readonly Way[])[],
): Generator<readonly Way[], undefined, undefined> {
  const [first, ...rest] = ways;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const way of first) {
    for (const others of combinations(rest)) yield [way, ...others];
  }
}

/**
 * The object's own fields that the path goes through, for a field's name may hold dots.
 *
 * @param dotted those names of the object's fields that do
 */
function ownNames(
  path: readonly string[],
  at: number,
  object: JsonObject,
  dotted: readonly string[],
): readonly string[] {
  const [step = ""] = path.slice(at, at + 1);
  const plain = at < path.length && Object.hasOwn(object, step) ? [step] : [];
  const through = dotted.filter((name) => {
    const length = name.split(".").length;
    return at + length <= path.length && path.slice(at, at + length).join(".") === name;
  });
  return [...plain, ...through];
}

function satisfiesArray(needs: readonly Need[], at: number, array: readonly unknown[]): boolean {
  const { leaves, objects } = crush(array);
  const leafNeeds = needs.filter((need) => need.path.length === at);
  const deepNeeds = needs.filter((need) => need.path.length > at);
  // A missing field binds to the element found so far, and fields are looked for in the order of
  // their names: one that comes before every present field must be missing in all elements.
  const firstPresent = deepNeeds.findIndex((need) => need.test !== undefined);
  const everywhere = firstPresent < 0 ? deepNeeds : deepNeeds.slice(0, firstPresent);
  const together = firstPresent < 0 ? [] : deepNeeds.slice(firstPresent);
  return (
    leafNeeds.every((need) => satisfiesLeaf(need, at, leaves)) &&
    objects.every((object) => satisfiesObject(everywhere, at, object)) &&
    (together.length === 0 || objects.some((object) => satisfiesObject(together, at, object)))
  );
}

/** Arrays in arrays count as one; walked without recursion, for events nest as deep as they like. */
function crush(array: readonly unknown[]): { leaves: Scalar[]; objects: JsonObject[] } {
  const leaves: Scalar[] = [];
  const objects: JsonObject[] = [];
  const rest: unknown[] = [array];
  while (rest.length > 0) {
    const value = rest.pop();
    if (Array.isArray(value)) {
      for (const element of value) {
        rest.push(element);
      }
    } else if (isObject(value)) {
      objects.push(value);
    } else if (isScalar(value)) {
      leaves.push(value);
    }
  }
  return { leaves, objects };
}

function refuse(reason: string): never {
  throw new InvalidEventPatternError(reason);
}
