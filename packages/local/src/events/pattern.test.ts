import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIELD_CASES } from "../../test/events/pattern.cases.ts";
import { STRUCTURE_CASES } from "../../test/events/structure.cases.ts";
import { matchesPattern, validatePattern } from "./pattern.ts";
import { InvalidEventPatternError } from "./pattern-error.ts";
import { matchesWildcard, parseWildcard } from "./wildcard.ts";

const MATCH_CASES = [...FIELD_CASES, ...STRUCTURE_CASES];

const scalar = fc.oneof(
  fc.string(),
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.boolean(),
  fc.constant(null),
);

/** Events and, from each, the pattern that names every one of its leaves. */
const { event: eventAndPattern } = fc.letrec<{ event: { event: unknown; pattern: unknown } }>(
  (tie) => ({
    event: fc
      .dictionary(
        fc.stringMatching(/^[a-z]{1,4}$/),
        fc.oneof(
          { maxDepth: 4 },
          scalar.map((leaf) => ({ event: leaf, pattern: [leaf] })),
          fc
            .array(scalar, { minLength: 1, maxLength: 4 })
            .map((leaves) => ({ event: leaves, pattern: leaves.slice(-1) })),
          tie("event"),
          tie("event").map((inner) => ({
            event: [{ other: 1 }, inner.event],
            pattern: inner.pattern,
          })),
        ),
        { minKeys: 1, maxKeys: 4 },
      )
      .map((fields) => ({
        event: mapFields(fields, (field) => field.event),
        pattern: mapFields(fields, (field) => field.pattern),
      })),
  }),
);

function mapFields<In, Out>(fields: Record<string, In>, to: (field: In) => Out) {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, to(field)]));
}

const operatorNames = [
  ...["prefix", "suffix", "anything-but", "numeric", "exists", "wildcard", "cidr"],
  ...["equals-ignore-case", "$or", "exactly", "__proto__", "constructor", "a", "a.b"],
];

/** JSON that looks enough like a pattern to reach every branch of the compiler. */
const { json: garbage } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(scalar, fc.double(), fc.constantFrom("*", "**", "\\", "10.0.0.0/8", "::/0", "=", ">")),
    fc.array(tie("json"), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.constantFrom(...operatorNames), tie("json")), { maxLength: 3 })
      .map((fields) =>
        JSON.parse(`{${fields.map(([n, v]) => `"${n}":${JSON.stringify(v)}`).join()}}`),
      ),
  ),
}));

describe("matchesPattern", () => {
  it.each(MATCH_CASES)("$rule", ({ pattern, matches, misses }) => {
    for (const event of matches) {
      expect(matchesPattern(pattern, event), JSON.stringify(event)).toBe(true);
    }
    for (const event of misses) {
      expect(matchesPattern(pattern, event), JSON.stringify(event)).toBe(false);
    }
  });

  it("is tested on at least 60 pairs, misses included", () => {
    const pairs = MATCH_CASES.flatMap(({ matches, misses }) => [...matches, ...misses]);

    expect(pairs.length).toBeGreaterThanOrEqual(60);
    expect(MATCH_CASES.every(({ misses }) => misses.length > 0)).toBe(true);
  });

  it("matches any event by the pattern made of the event's own leaves", async () => {
    await fc.assert(
      fc.property(eventAndPattern, ({ event, pattern }) => {
        expect(matchesPattern(pattern, event)).toBe(true);
      }),
    );
  });

  it("misses any event by that pattern once a field is asked for that it lacks", async () => {
    await fc.assert(
      fc.property(eventAndPattern, ({ event, pattern }) => {
        expect(matchesPattern({ ...Object(pattern), lacking: [{ exists: true }] }, event)).toBe(
          false,
        );
      }),
    );
  });

  it("throws nothing but the declared error, whatever the pattern and the event", async () => {
    await fc.assert(
      fc.property(garbage, garbage, (pattern, event) => {
        try {
          expect(typeof matchesPattern(pattern, event)).toBe("boolean");
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidEventPatternError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("survives events nested as deep as a request can carry", () => {
    const depth = 100_000;
    const nested: unknown = JSON.parse(`{"a":${"[".repeat(depth)}1${"]".repeat(depth)}}`);
    const objects: unknown = JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);

    expect(matchesPattern({ a: [1] }, nested)).toBe(true);
    expect(matchesPattern({ a: [1] }, objects)).toBe(false);
  });

  it.each([
    ["many stars", `${"*a".repeat(20)}*b*`],
    ["a piece that fits almost everywhere", `*${"a".repeat(1_500)}b${"a".repeat(1_500)}*`],
  ])("takes time in proportion to the text for %s", (_name, wildcard) => {
    const text = `${"a".repeat(250_000)}c`;
    const pieces = parseWildcard(wildcard);
    const started = performance.now();

    for (let round = 0; round < 10; round += 1) {
      expect(matchesWildcard(pieces, text)).toBe(false);
    }
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it("does not mistake inherited properties for fields of the event", () => {
    expect(matchesPattern({ constructor: [{ exists: true }] }, {})).toBe(false);
    expect(matchesPattern({ constructor: [{ exists: false }] }, {})).toBe(true);
    expect(matchesPattern(JSON.parse('{"__proto__":{"x":[1]}}'), {})).toBe(false);
    expect(
      matchesPattern(JSON.parse('{"__proto__":{"x":[1]}}'), JSON.parse('{"__proto__":{"x":1}}')),
    ).toBe(true);
  });
});

describe("validatePattern", () => {
  it.each([
    ["a pattern that is no object", [], "Filter is not an object"],
    ["null", null, "Filter is not an object"],
    ["an empty pattern", {}, "Empty objects are not allowed"],
    ["an empty nested object", { detail: {} }, "Empty objects are not allowed"],
    ["an empty list", { source: [] }, "Empty arrays are not allowed"],
    ["a bare value", { source: "a" }, '"source" must be an object or an array'],
    ["a list in a list", { source: [["a"]] }, "Match value must be String"],
    ["an unknown operator", { source: [{ regex: "a" }] }, "Unrecognized match type regex"],
    ["an empty expression", { source: [{}] }, "Match expression name not found"],
    ["two operators at once", { a: [{ prefix: "a", suffix: "b" }] }, "Only one key allowed"],
    ["a prefix that is no text", { a: [{ prefix: 1 }] }, "prefix match pattern must be a string"],
    ["a prefix of an unknown kind", { a: [{ prefix: { wildcard: "*" } }] }, "Unsupported prefix"],
    ["a suffix that is no text", { a: [{ suffix: [] }] }, "suffix match pattern must be a string"],
    ["exists with a text", { a: [{ exists: "true" }] }, "must be either true or false"],
    ["numeric that is no list", { a: [{ numeric: 5 }] }, "Value of numeric must be an array"],
    ["numeric without a bound", { a: [{ numeric: [">"] }] }, "Value of > must be numeric"],
    ["numeric with a text bound", { a: [{ numeric: ["=", "5"] }] }, "Value of = must be numeric"],
    ["an unknown comparison", { a: [{ numeric: ["!=", 5] }] }, "Unrecognized numeric range"],
    [
      "a comparison that cannot be written as text",
      { a: [{ numeric: [{ toString: 1 }, 5] }] },
      "Unrecognized numeric range",
    ],
    ["a range closed twice", { a: [{ numeric: ["<", 5, ">", 1] }] }, "Too many elements"],
    ["a range opened twice", { a: [{ numeric: [">", 5, ">", 1] }] }, "Bad numeric range operator"],
    ["an empty range", { a: [{ numeric: [">", 5, "<", 5] }] }, "Bottom must be less than top"],
    ["three comparisons", { a: [{ numeric: [">", 1, "<", 2, "<", 3] }] }, "Too many terms"],
    ["a number too large to compare", { a: [{ numeric: [">", 6e9] }] }, "Value must be between"],
    ["a number too fine to compare", { a: [{ numeric: [">", 1e-7] }] }, "at most 6 decimals"],
    [
      "two stars in a row",
      { a: [{ wildcard: "a**" }] },
      "Consecutive wildcard characters at pos 1",
    ],
    [
      "a backslash before a letter",
      { a: [{ wildcard: "\\a" }] },
      "Invalid escape character at pos 0",
    ],
    ["a backslash at the end", { a: [{ wildcard: "a\\" }] }, "Invalid escape character at pos 1"],
    ["cidr without a mask", { a: [{ cidr: "10.0.0.0" }] }, "one '/' required"],
    ["cidr with a mask of 32", { a: [{ cidr: "10.0.0.0/32" }] }, "IPv4 mask bits must be < 32"],
    ["cidr with a mask of 128", { a: [{ cidr: "::/128" }] }, "IPv6 mask bits must be < 128"],
    ["cidr with a negative mask", { a: [{ cidr: "10.0.0.0/-1" }] }, "must be an integer"],
    ["cidr of a host name", { a: [{ cidr: "localhost/8" }] }, "Nonstandard IP address"],
    [
      "anything-but nothing",
      { a: [{ "anything-but": [] }] },
      "either all values are number or str",
    ],
    ["anything-but mixed", { a: [{ "anything-but": ["a", 1] }] }, "mixed type is not supported"],
    ["anything-but null", { a: [{ "anything-but": null }] }, "start|null|boolean is not supported"],
    [
      "anything-but exists",
      { a: [{ "anything-but": { exists: true } }] },
      "Unsupported anything-but",
    ],
    ["anything-but an empty prefix", { a: [{ "anything-but": { prefix: "" } }] }, "Null prefix"],
    ["anything-but numbers as prefix", { a: [{ "anything-but": { prefix: [1] } }] }, "must be str"],
    ["$or with one branch", { $or: [{ a: [1] }] }, "at least 2 Objects"],
    ["$or with an empty branch", { $or: [{ a: [1] }, {}] }, "Empty objects are not allowed"],
    [
      "an operator as a field inside $or",
      { $or: [{ a: { prefix: [1] } }, { b: [1] }] },
      "reserved",
    ],
  ])("refuses %s", (_name, pattern, reason) => {
    expect(() => validatePattern(pattern)).toThrow(InvalidEventPatternError);
    expect(() => validatePattern(pattern)).toThrow(`Event pattern is not valid. Reason: `);
    expect(() => validatePattern(pattern)).toThrow(reason);
  });

  it("refuses patterns nested without end instead of overflowing", () => {
    const depth = 50_000;
    const objects = JSON.parse(`${'{"a":'.repeat(depth)}[1]${"}".repeat(depth)}`);
    const ors = JSON.parse(`${'{"$or":[{"a":[1]},'.repeat(depth)}{"b":[1]}${"]}".repeat(depth)}`);

    expect(() => validatePattern(objects)).toThrow(InvalidEventPatternError);
    expect(() => validatePattern(ors)).toThrow(InvalidEventPatternError);
  });

  it("refuses $or that multiply beyond 1,000 combinations", () => {
    const or = (name: string) => ({ $or: [{ [`${name}1`]: [1] }, { [`${name}2`]: [1] }] });
    const nested = (names: string[]) => Object.fromEntries(names.map((name) => [name, or(name)]));

    expect(() => validatePattern(nested([..."abcdefghi"]))).not.toThrow();
    expect(() => validatePattern(nested([..."abcdefghij"]))).toThrow("1000 rule combinations");
  });
});
