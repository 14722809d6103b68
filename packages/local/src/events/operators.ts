import { BlockList, isIP } from "node:net";
import { quoted } from "@autonomy-gate/core/values";
import type { JsonObject, Scalar } from "./json.ts";
import { isObject, isScalar } from "./json.ts";
import { InvalidEventPatternError } from "./pattern-error.ts";
import { matchesWildcard, parseWildcard } from "./wildcard.ts";

/**
 * The comparison operators of EventBridge, one test per entry of a pattern's list.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */

/** Whether one leaf of an event satisfies one entry of a pattern's list. */
export type Test = (value: Scalar) => boolean;

/** An entry that asks for the field to be missing: no value can satisfy it. */
export const ABSENT = "absent";

type Operator = (operand: unknown) => Test | typeof ABSENT;

/** Numbers compare within these bounds and to this many parts of one, as on AWS. */
const NUMBER_MAX = 5e9;
const NUMBER_PARTS = 1e6;

export function compileEntry(entry: unknown): Test | typeof ABSENT {
  if (isScalar(entry)) {
    return exactly(entry);
  }
  if (!isObject(entry)) {
    return refuse("Match value must be String, number, true, false, or null");
  }
  const [name, operand] = onlyField(entry, "Match expression name not found");
  const operator = OPERATORS.get(name);
  return operator === undefined ? refuse(`Unrecognized match type ${name}`) : operator(operand);
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["exactly", (operand) => exactly(text(operand, "exact match pattern must be a string"))],
  ["prefix", (operand) => affix("prefix", operand)],
  ["suffix", (operand) => affix("suffix", operand)],
  ["equals-ignore-case", (operand) => ignoringCase(operand)],
  ["wildcard", (operand) => wildcard(operand)],
  ["anything-but", (operand) => anythingBut(operand)],
  ["numeric", (operand) => numeric(operand)],
  ["exists", (operand) => exists(operand)],
  ["cidr", (operand) => cidr(text(operand, "cidr match pattern must be a string"))],
]);

/** Field names that, inside `$or`, mean that the list is no `$or` at all. */
export const RESERVED_IN_OR: ReadonlySet<string> = new Set([
  ...OPERATORS.keys(),
  ...["=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case"],
  ...["date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"],
  ...["ip-address-in-range", "ip-address-not-in-range"],
]);

function exactly(expected: Scalar): Test {
  if (typeof expected === "string" && isIP(expected) !== 0) {
    const sameAddress = addressTest(expected, isIP(expected) === 4 ? 32 : 128);
    return (value) => value === expected || sameAddress(value);
  }
  return (value) => value === expected;
}

function affix(kind: "prefix" | "suffix", operand: unknown): Test {
  if (isObject(operand)) {
    const [name, inner] = onlyField(operand, `${kind} expression name not found`);
    if (name !== "equals-ignore-case") {
      return refuse(`Unsupported ${kind} pattern: ${name}`);
    }
    const folded = fold(text(inner, "equals-ignore-case match pattern must be a string"));
    return onText((value) => hasAffix(kind, fold(value), folded));
  }
  const expected = text(operand, `${kind} match pattern must be a string`);
  return onText((value) => hasAffix(kind, value, expected));
}

function hasAffix(kind: "prefix" | "suffix", value: string, expected: string): boolean {
  return kind === "prefix" ? value.startsWith(expected) : value.endsWith(expected);
}

function ignoringCase(operand: unknown): Test {
  const folded = fold(text(operand, "equals-ignore-case match pattern must be a string"));
  return onText((value) => fold(value) === folded);
}

function wildcard(operand: unknown): Test {
  const source = text(operand, "wildcard match pattern must be a string");
  try {
    const pieces = parseWildcard(source);
    return onText((value) => matchesWildcard(pieces, value));
  } catch (cause) {
    throw new InvalidEventPatternError(cause instanceof Error ? cause.message : "wildcard", {
      cause,
    });
  }
}

/** The wildcards of one entry of a pattern's list, those it excludes among them. */
export function wildcardsOf(entry: unknown): readonly string[] {
  if (!isObject(entry)) return [];
  const excluded = isObject(entry["anything-but"]) ? entry["anything-but"].wildcard : undefined;
  const texts = [...listOf(entry.wildcard), ...listOf(excluded)];
  return texts.filter((text) => typeof text === "string");
}

/** Satisfied by every value, of whatever type, that none of the named ones matches. */
function anythingBut(operand: unknown): Test {
  const excluded = isObject(operand) ? excludedByOperator(operand) : excludedValues(operand);
  return (value) => !excluded.some((test) => test(value));
}

function excludedValues(operand: unknown): Test[] {
  const values = listOf(operand);
  const numbers = values.filter((value) => typeof value === "number");
  const texts = values.filter((value) => typeof value === "string");
  if (numbers.length + texts.length < values.length) {
    return refuse("Inside anything but list, start|null|boolean is not supported.");
  }
  if (values.length === 0 || (numbers.length > 0 && texts.length > 0)) {
    return refuse(
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    );
  }
  return [...numbers.map((value) => exactly(comparable(value))), ...texts.map(exactText)];
}

/** Unlike `exactly`: an address is excluded as the text it is. */
function exactText(expected: string): Test {
  return (value) => value === expected;
}

function excludedByOperator(operand: JsonObject): Test[] {
  const [name, inner] = onlyField(operand, "Anything-But expression name not found");
  const operator = NEGATABLE.get(name);
  if (operator === undefined) {
    return refuse(`Unsupported anything-but pattern: ${name}`);
  }
  const values = listOf(inner);
  if (values.length === 0) {
    return refuse("Empty arrays are not allowed");
  }
  return values.map((value) => {
    if (value === "" && (name === "prefix" || name === "suffix")) {
      return refuse("Null prefix/suffix not allowed");
    }
    return operator(text(value, `Inside anything-but/${name}, values must be strings`));
  });
}

const NEGATABLE: ReadonlyMap<string, (operand: string) => Test> = new Map([
  ["prefix", (operand: string) => affix("prefix", operand)],
  ["suffix", (operand: string) => affix("suffix", operand)],
  ["equals-ignore-case", ignoringCase],
  ["wildcard", wildcard],
]);

const COMPARISONS: ReadonlyMap<unknown, (value: number, bound: number) => boolean> = new Map([
  ["=", (value: number, bound: number) => value === bound],
  ["<", (value: number, bound: number) => value < bound],
  ["<=", (value: number, bound: number) => value <= bound],
  [">", (value: number, bound: number) => value > bound],
  [">=", (value: number, bound: number) => value >= bound],
]);

function numeric(operand: unknown): Test {
  if (!Array.isArray(operand)) {
    return refuse("Value of numeric must be an array.");
  }
  const [operator, bound, upperOperator, upperBound, ...rest] = listOf(operand);
  const lower = comparison(operator, bound);
  if (operand.length === 2) {
    return onNumber(lower);
  }
  if (operator !== ">" && operator !== ">=") {
    return refuse("Too many elements in numeric expression");
  }
  if (upperOperator !== "<" && upperOperator !== "<=") {
    return refuse(`Bad numeric range operator: ${quoted(upperOperator)}`);
  }
  const upper = comparison(upperOperator, upperBound);
  if (rest.length > 0) {
    return refuse("Too many terms in numeric range expression");
  }
  if (typeof bound !== "number" || typeof upperBound !== "number" || bound >= upperBound) {
    return refuse("Bottom must be less than top");
  }
  return onNumber((value) => lower(value) && upper(value));
}

function comparison(operator: unknown, bound: unknown): (value: number) => boolean {
  const compare = COMPARISONS.get(operator);
  if (compare === undefined) {
    return refuse(`Unrecognized numeric range operator: ${quoted(operator)}`);
  }
  if (typeof bound !== "number") {
    return refuse(`Value of ${String(operator)} must be numeric`);
  }
  const checked = comparable(bound);
  return (value) => compare(value, checked);
}

function comparable(value: number): number {
  return isComparable(value)
    ? value
    : refuse(`Value must be between -${NUMBER_MAX} and ${NUMBER_MAX}, with at most 6 decimals`);
}

function isComparable(value: number): boolean {
  return Math.abs(value) <= NUMBER_MAX && Math.round(value * NUMBER_PARTS) / NUMBER_PARTS === value;
}

function exists(operand: unknown): Test | typeof ABSENT {
  if (typeof operand !== "boolean") {
    return refuse("exists match pattern must be either true or false.");
  }
  return operand ? () => true : ABSENT;
}

function cidr(operand: string): Test {
  const [address = "", bits = "", ...rest] = operand.split("/");
  if (rest.length > 0 || !operand.includes("/")) {
    return refuse("Malformed CIDR, one '/' required");
  }
  if (!/^\d{1,3}$/.test(bits)) {
    return refuse("Malformed CIDR, mask bits must be an integer");
  }
  const family = isIP(address);
  if (family === 0) {
    return refuse(`Nonstandard IP address: ${address}`);
  }
  const width = family === 4 ? 32 : 128;
  if (Number(bits) >= width) {
    return refuse(`IPv${family} mask bits must be < ${width}`);
  }
  return addressTest(address, Number(bits));
}

function addressTest(address: string, bits: number): Test {
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(address, bits, family);
  return onText((value) => block.check(value, family));
}

function onText(test: (value: string) => boolean): Test {
  return (value) => typeof value === "string" && test(value);
}

function onNumber(test: (value: number) => boolean): Test {
  return (value) => typeof value === "number" && isComparable(value) && test(value);
}

function fold(value: string): string {
  return value.toLowerCase();
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function text(value: unknown, refusal: string): string {
  return typeof value === "string" ? value : refuse(refusal);
}

function onlyField(object: JsonObject, missing: string): readonly [string, unknown] {
  const [field, ...rest] = Object.entries(object);
  if (field === undefined) {
    return refuse(missing);
  }
  return rest.length > 0 ? refuse("Only one key allowed in match expression") : field;
}

function refuse(reason: string): never {
  throw new InvalidEventPatternError(reason);
}
