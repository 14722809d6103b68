import type { ExpressionTerms, Item } from "../../table/table.ts";

/**
 * The condition and update expressions that the stores write, and no others: anything else throws,
 * so that a new form is taught here on purpose.
 */

export type Attributes = Item;

type Condition = (item: Attributes | undefined, terms: ExpressionTerms) => boolean;
type Update = (item: Attributes, terms: ExpressionTerms) => Attributes;

const conditions = new Map<string, Condition>();
const updates = new Map<string, Update>();

/** Whether a condition holds for an item, or for none. */
export function holds(
  expression: string,
  item: Attributes | undefined,
  terms: ExpressionTerms,
): boolean {
  return remembered(conditions, expression, parseCondition)(item, terms);
}

/** The item after an update: `SET a = :a, … ADD n :n, …`. */
export function updated(expression: string, item: Attributes, terms: ExpressionTerms): Attributes {
  return remembered(updates, expression, parseUpdate)(item, terms);
}

const KNOWN_MAX = 10_000;

function remembered<T>(known: Map<string, T>, text: string, parse: (text: string) => T): T {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= KNOWN_MAX) known.clear();
  const parsed = parse(text);
  known.set(text, parsed);
  return parsed;
}

const TOKEN = /\s*(AND\b|OR\b|<=|>=|=|<|>|[(),]|[#:]?[A-Za-z_][A-Za-z0-9_]*)/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new SyntaxError(`Not understood at ${at}: ${text}`);
    tokens.push(token);
  }
  return tokens;
}

function parseCondition(text: string): Condition {
  const tokens = tokensOf(text);
  let index = 0;
  const condition = either();
  if (index < tokens.length) throw new SyntaxError(`Not understood: ${text}`);
  return condition;

  function either(): Condition {
    const parts = [both()];
    while (tokens[index] === "OR") {
      index += 1;
      parts.push(both());
    }
    return (item, terms) => parts.some((part) => part(item, terms));
  }

  function both(): Condition {
    const parts = [term()];
    while (tokens[index] === "AND") {
      index += 1;
      parts.push(term());
    }
    return (item, terms) => parts.every((part) => part(item, terms));
  }

  function term(): Condition {
    const first = next();
    if (first === "(") {
      const inner = either();
      expect(")");
      return inner;
    }
    if (tokens[index] === "(") return call(first);
    const operator = next();
    const value = next();
    return comparison(first, operator, value, text);
  }

  function call(name: string): Condition {
    expect("(");
    const attribute = next();
    if (name === "attribute_exists" || name === "attribute_not_exists") {
      expect(")");
      const wanted = name === "attribute_exists";
      return (item, terms) => (attributeOf(item, attribute, terms) !== undefined) === wanted;
    }
    if (name !== "begins_with") throw new SyntaxError(`Not understood: ${name} in ${text}`);
    expect(",");
    const prefix = next();
    expect(")");
    return (item, terms) =>
      String(attributeOf(item, attribute, terms)).startsWith(String(valueNamed(prefix, terms)));
  }

  function next(): string {
    const token = tokens[index];
    if (token === undefined) throw new SyntaxError(`Cut short: ${text}`);
    index += 1;
    return token;
  }

  function expect(wanted: string): void {
    const token = next();
    if (token !== wanted) throw new SyntaxError(`${wanted} expected, not ${token}: ${text}`);
  }
}

function comparison(name: string, operator: string, value: string, text: string): Condition {
  switch (operator) {
    case "=":
      return (item, terms) => isSame(attributeOf(item, name, terms), valueNamed(value, terms));
    case "<=":
      return (item, terms) => isAtMost(attributeOf(item, name, terms), valueNamed(value, terms));
    case ">=":
      return (item, terms) => isAtMost(valueNamed(value, terms), attributeOf(item, name, terms));
    default:
      throw new SyntaxError(`Not understood: ${operator} in ${text}`);
  }
}

/** Values of different types are in no order. */
function isAtMost(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return a <= b;
  return typeof a === "string" && typeof b === "string" && a <= b;
}

function parseUpdate(text: string): Update {
  const [, sets = "", adds = ""] = /^(?:SET (.+?))?(?:\s?ADD (.+))?$/.exec(text) ?? [];
  if (sets === "" && adds === "") throw new SyntaxError(`Not understood: ${text}`);
  const assignments = pairsOf(sets, /^(\S+) = (:\S+)$/, text);
  const additions = pairsOf(adds, /^(\S+) (:\S+)$/, text);
  return (item, terms) => {
    const after: Record<string, unknown> = { ...item };
    for (const [name, value] of assignments) after[nameOf(name, terms)] = valueNamed(value, terms);
    for (const [name, value] of additions) {
      const attribute = nameOf(name, terms);
      after[attribute] = numberFrom(after[attribute] ?? 0) + numberFrom(valueNamed(value, terms));
    }
    return after;
  };
}

function pairsOf(list: string, shape: RegExp, text: string): [string, string][] {
  if (list === "") return [];
  return list.split(", ").map((part) => {
    const [, name, value] = shape.exec(part.trim()) ?? [];
    if (name === undefined || value === undefined) throw new SyntaxError(`Not understood: ${text}`);
    return [name, value];
  });
}

function numberFrom(value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError("ValidationException: ADD needs numbers");
}

function attributeOf(item: Attributes | undefined, name: string, terms: ExpressionTerms): unknown {
  return item?.[nameOf(name, terms)];
}

function nameOf(token: string, { names }: ExpressionTerms): string {
  if (!token.startsWith("#")) return token;
  const name = names?.[token];
  if (name === undefined) throw new SyntaxError(`The name ${token} is not given.`);
  return name;
}

function valueNamed(token: string, { values }: ExpressionTerms): unknown {
  const value = values?.[token];
  if (value === undefined) throw new SyntaxError(`The value ${token} is not given.`);
  return value;
}

/** As DynamoDB compares: by value, all the way down, whatever the order of a map's attributes. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Set && b instanceof Set) return isSame([...a].sort(), [...b].sort());
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    left.length === right.size &&
    left.every(([name, value]) => right.has(name) && isSame(value, right.get(name)))
  );
}
