import { validationError } from "./aws-error.ts";
import { isObject, ownValue } from "./json.ts";
import type { Target } from "./requests.ts";

type Template = NonNullable<Target["InputTransformer"]>;

/**
 * What a target gets instead of the whole event: `Input`, `InputPath` or `InputTransformer`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */

/** An event on its way, with what the predefined variables tell about it. */
export interface Delivery {
  readonly event: Readonly<Record<string, unknown>>;
  /** The same as JSON, with the detail as it was sent. */
  readonly text: string;
  readonly ruleName: string;
  readonly ruleArn: string;
  /** ISO instant at which the event came in. */
  readonly ingestedAt: string;
}

const PATH = /^\$(?:\.[^.[\]]+|\[(?:\d+|\*)\])*$/;
const STEP = /\.([^.[\]]+)|\[(\d+|\*)\]/g;
const VARIABLE = /<([^<>\s]+)>/g;

/** @throws EventsError when AWS would refuse the target */
export function validateInput(target: Target): void {
  const given = [target.Input, target.InputPath, target.InputTransformer].filter(
    (input) => input !== undefined,
  );
  if (given.length > 1) {
    throw validationError("Only one of Input, InputPath, or InputTransformer must be provided.");
  }
  if (target.Input !== undefined && !isJson(target.Input)) {
    throw validationError("Parameter Input is not valid. Reason: Input is not JSON.");
  }
  if (target.InputPath !== undefined) {
    validatePath(target.InputPath);
  }
  if (target.InputTransformer !== undefined) {
    validateTemplate(target.InputTransformer);
  }
}

function validateTemplate({ InputPathsMap, InputTemplate }: Template): void {
  Object.values(InputPathsMap).forEach(validatePath);
  for (const [, name = ""] of InputTemplate.matchAll(VARIABLE)) {
    if (!name.startsWith("aws.") && !Object.hasOwn(InputPathsMap, name)) {
      throw validationError(`InputTemplate uses ${name}, which InputPathsMap does not define.`);
    }
  }
}

function validatePath(path: string): void {
  if (!PATH.test(path)) {
    throw validationError(`Invalid JSON path: ${path}`);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The text a target receives. */
export function inputFor(target: Target, delivery: Delivery): string {
  if (target.Input !== undefined) {
    return target.Input;
  }
  if (target.InputPath !== undefined) {
    return JSON.stringify(valueAt(target.InputPath, delivery.event) ?? null);
  }
  return target.InputTransformer === undefined
    ? delivery.text
    : transform(target.InputTransformer, delivery);
}

/** A constant, or with a leading `$` the text at that path; undefined where there is none. */
export function messageGroupId(target: Target, delivery: Delivery): string | undefined {
  const group = target.SqsParameters?.MessageGroupId;
  if (group === undefined || !PATH.test(group)) {
    return group;
  }
  const value = valueAt(group, delivery.event);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** undefined: the path leads nowhere. A `*` gives the list of what it finds. */
function valueAt(path: string, event: unknown): unknown {
  let values: readonly unknown[] = [event];
  for (const [, name, index] of path.matchAll(STEP)) {
    values = values.flatMap((value) => stepInto(value, name, index));
  }
  return path.includes("[*]") || path.includes(".*") ? values : values[0];
}

function stepInto(value: unknown, name: string | undefined, index: string | undefined): unknown[] {
  if (name === "*" || index === "*") {
    return typeof value === "object" && value !== null ? Object.values(value) : [];
  }
  if (name !== undefined) {
    const found = isObject(value) ? ownValue(value, name) : undefined;
    return found === undefined ? [] : [found];
  }
  const found: unknown = Array.isArray(value) ? value[Number(index)] : undefined;
  return found === undefined ? [] : [found];
}

/**
 * Each `<name>` becomes its value: as JSON where JSON stands, as escaped text inside quotes. A
 * name whose path leads nowhere becomes nothing.
 */
function transform({ InputPathsMap, InputTemplate }: Template, delivery: Delivery): string {
  let quoted = false;
  let output = "";
  let done = 0;
  for (const match of InputTemplate.matchAll(VARIABLE)) {
    const literal = InputTemplate.slice(done, match.index);
    quoted = endsInQuotes(literal, quoted);
    const name = match[1] ?? "";
    const path = Object.hasOwn(InputPathsMap, name) ? InputPathsMap[name] : undefined;
    const value = path === undefined ? predefined(name, delivery) : valueAt(path, delivery.event);
    output += literal + rendered(value, quoted);
    done = match.index + match[0].length;
  }
  return output + InputTemplate.slice(done);
}

function endsInQuotes(literal: string, before: boolean): boolean {
  const quotes = literal.replace(/\\./gs, "").split('"').length - 1;
  return quotes % 2 === 0 ? before : !before;
}

function rendered(value: unknown, quoted: boolean): string {
  if (value === undefined) {
    return "";
  }
  if (!quoted) {
    return JSON.stringify(value);
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}

function predefined(name: string, { event, ruleName, ruleArn, ingestedAt }: Delivery): unknown {
  switch (name) {
    case "aws.events.rule-arn":
      return ruleArn;
    case "aws.events.rule-name":
      return ruleName;
    case "aws.events.event.ingestion-time":
      return ingestedAt;
    case "aws.events.event.json":
      return event;
    case "aws.events.event": {
      const { detail: _, ...rest } = event;
      return rest;
    }
    default:
      return undefined;
  }
}
