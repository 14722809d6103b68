/**
 * What a change of a JSON Schema breaks, by the rule of docs/versioning.md. Knows the keywords that
 * our generator writes; any other keyword that changes counts as breaking.
 */
export interface BreakingChange {
  /** Where, such as `data.reasons[].reason`. */
  readonly path: string;
  readonly problem: string;
}

/**
 * `received`: new must accept what old accepted. `sent`: new must also never hold what old
 * subscribers refuse; recorded outcomes are sent again for ever, so both hold for them.
 */
export type Direction = "received" | "sent";

export type Schema = Readonly<Record<string, unknown>>;

type Compare = (before: Schema, after: Schema, at: Place) => BreakingChange[];

interface Place {
  readonly path: string;
  readonly direction: Direction;
}

/** Where an outcome repeats the intent: what its fields may hold is for its senders to say. */
const REPEATED = "data.intent";

/** Which object of the configuration changed: a list that grows with the configuration. */
const GROWING = "data.object";

/** Keywords that describe and do not restrict. */
const ANNOTATIONS = new Set(["$schema", "$id", "title", "description", "examples"]);

/** Numeric keywords, and whether a higher value accepts more. */
const BOUNDS: Readonly<Record<string, boolean>> = {
  maxLength: true,
  maximum: true,
  maxItems: true,
  minLength: false,
  minimum: false,
  minItems: false,
};

/** Keywords that hold one schema, and how their place is written. */
const CHILDREN: Readonly<Record<string, string>> = { items: "[]", additionalProperties: ".*" };

const COMPARED = new Set([
  ...Object.keys(BOUNDS),
  ...Object.keys(CHILDREN),
  "type",
  "const",
  "enum",
  "required",
  "properties",
  "anyOf",
  "oneOf",
]);

/** Everything that a new schema breaks for those who rely on the old one. */
export function breakingChanges(
  before: Schema,
  after: Schema,
  direction: Direction,
): BreakingChange[] {
  return compareSchemas(before, after, { path: "", direction });
}

function compareSchemas(before: Schema, after: Schema, at: Place): BreakingChange[] {
  if (at.direction === "received" && isOneForm(before, after, at)) return [];
  return COMPARISONS.flatMap((compare) => compare(before, after, at));
}

/** What was the only form is one of several now: who sends it is understood as before. */
function isOneForm(before: Schema, { anyOf, ...beside }: Schema, at: Place): boolean {
  if (!Object.keys(beside).every((name) => ANNOTATIONS.has(name))) return false;
  return branchesOf(anyOf).some((form) => compareSchemas(before, form, at).length === 0);
}

const COMPARISONS: readonly Compare[] = [
  compareValues,
  compareTypes,
  compareRequired,
  compareProperties,
  compareChildren,
  compareBranches,
  compareBounds,
  compareRest,
];

/** `enum` and `const`: which values there are. */
function compareValues(before: Schema, after: Schema, at: Place): BreakingChange[] {
  return compareSets(valuesOf(before), valuesOf(after), at, "value");
}

function compareTypes(before: Schema, after: Schema, at: Place): BreakingChange[] {
  return compareSets(typesOf(before), typesOf(after), at, "type");
}

function compareRequired(before: Schema, after: Schema, at: Place): BreakingChange[] {
  const was = textsOf(before.required);
  const is = textsOf(after.required);
  const added = is.filter((name) => !was.includes(name));
  const dropped = was.filter((name) => !is.includes(name));
  return [
    ...added.map((name) =>
      change(inside(at, name), "is required now: what was valid before is not"),
    ),
    ...(at.direction === "received"
      ? []
      : dropped.map((name) =>
          change(inside(at, name), "may be missing now: subscribers rely on it"),
        )),
  ];
}

function compareProperties(before: Schema, after: Schema, at: Place): BreakingChange[] {
  const was = schemasOf(before.properties);
  const is = schemasOf(after.properties);
  const removed = [...was.keys()].filter((name) => !is.has(name));
  const added = [...is].filter(([name]) => !was.has(name));
  return [
    ...removed.map((name) => change(inside(at, name), "is gone")),
    ...[...was].flatMap(([name, schema]) => {
      const now = is.get(name);
      return now === undefined ? [] : compareSchemas(schema, now, inside(at, name));
    }),
    // Publishers may send any further field: one that becomes ours must still take anything.
    ...(at.direction === "received"
      ? added.flatMap(([name, schema]) => compareSchemas({}, schema, inside(at, name)))
      : []),
  ];
}

function compareChildren(before: Schema, after: Schema, at: Place): BreakingChange[] {
  return Object.entries(CHILDREN).flatMap(([keyword, suffix]) =>
    keyword in before || keyword in after
      ? compareSchemas(schemaOf(before[keyword]), schemaOf(after[keyword]), within(at, suffix))
      : [],
  );
}

/** Alternatives are compared in their order: ours are told apart by what they hold. */
function compareBranches(before: Schema, after: Schema, at: Place): BreakingChange[] {
  return ["anyOf", "oneOf"].flatMap((keyword) => {
    const was = branchesOf(before[keyword]);
    const is = branchesOf(after[keyword]);
    if (was.length !== is.length) {
      return [change(at, `has ${is.length} alternatives where there were ${was.length}`)];
    }
    return was.flatMap((branch, index) => compareSchemas(branch, is[index] ?? {}, at));
  });
}

function compareBounds(before: Schema, after: Schema, at: Place): BreakingChange[] {
  return Object.entries(BOUNDS).flatMap(([keyword, higherAcceptsMore]) => {
    const unbounded = higherAcceptsMore ? Infinity : -Infinity;
    const was = numberOf(before[keyword]) ?? unbounded;
    const is = numberOf(after[keyword]) ?? unbounded;
    if (was === is) return [];
    const widened = higherAcceptsMore === is > was;
    if (widened && at.direction === "received") return [];
    return [change(at, `${keyword} is ${is}, was ${was}`)];
  });
}

/** Keywords that can only be compared as they are: pattern, format, not, and any new one. */
function compareRest(before: Schema, after: Schema, at: Place): BreakingChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !COMPARED.has(name) && !ANNOTATIONS.has(name))
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => change(at, `${name} has changed`));
}

/** `undefined` stands for all values there are. */
function compareSets(
  was: readonly string[] | undefined,
  is: readonly string[] | undefined,
  at: Place,
  noun: string,
): BreakingChange[] {
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return [change(at, `is restricted now to the ${noun}s ${is?.join(", ")}`)];
  const gone = is === undefined ? [] : was.filter((value) => !is.includes(value));
  const fresh = is === undefined ? ["any other"] : is.filter((value) => !was.includes(value));
  return [
    ...gone.map((value) => change(at, `no longer takes the ${noun} ${value}`)),
    ...(at.direction === "received"
      ? []
      : fresh.map((value) => change(at, `may be the ${noun} ${value}, which old readers refuse`))),
  ];
}

function valuesOf(schema: Schema): string[] | undefined {
  if ("const" in schema) return [JSON.stringify(schema.const)];
  return Array.isArray(schema.enum) ? schema.enum.map((value) => JSON.stringify(value)) : undefined;
}

function typesOf({ type }: Schema): string[] | undefined {
  return type === undefined ? undefined : [type].flat().map(String);
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function schemasOf(value: unknown): Map<string, Schema> {
  return new Map(Object.entries(schemaOf(value)).map(([name, schema]) => [name, schemaOf(schema)]));
}

function branchesOf(value: unknown): Schema[] {
  return Array.isArray(value) ? value.map(schemaOf) : [];
}

/** `true` and nothing at all accept everything; `false` accepts nothing. */
function schemaOf(value: unknown): Schema {
  if (value === false) return { not: {} };
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function change({ path }: Place, problem: string): BreakingChange {
  return { path, problem };
}

function inside({ path, direction }: Place, name: string): Place {
  const inner = path === "" ? name : `${path}.${name}`;
  const takesMore = path === REPEATED || inner === GROWING;
  return { path: inner, direction: takesMore ? "received" : direction };
}

function within(at: Place, suffix: string): Place {
  return { ...at, path: `${at.path}${suffix}` };
}
