import { describe, expect, test } from "vitest";
import { matchesPattern, validatePattern } from "./pattern.ts";
import { isTooComplex } from "./wildcard-complexity.ts";

const REFUSAL =
  "Event pattern is not valid. Reason: Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character";

describe("wildcards", () => {
  test.each([
    ["five pieces of one letter", ["*a*a*a*a*a*"]],
    ["a long run of one letter", ["*aaaaaaaaaa"]],
    ["ten stars of different pieces", ["*a*b*c*d*e*f*g*h*i*j*k"]],
    ["many wildcards at once", ["*a*b*c", "*a*b*d", "*a*b*e", "*a*b*f"]],
    ["twenty stars", [`${"*a".repeat(20)}*b*`]],
  ])("OUT-17: %s are too complex", (_, wildcards) => {
    expect(isTooComplex(wildcards)).toBe(true);
  });

  test.each([
    ["a path with two stars", ["dir/*/file*.txt"]],
    ["five stars of different pieces", ["*a*b*c*d*e*"]],
    ["four pieces of one letter", ["*a*a*a*a*"]],
    ["a long run of one letter before a star", [`${"a".repeat(1_000)}*`]],
    ["a long text without a star", ["a".repeat(4_000)]],
    ["a long piece of different letters", [`*${"abcdefghij".repeat(1)}*`]],
    ["an escaped star", ["\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*"]],
  ])("OUT-17: %s are not", (_, wildcards) => {
    expect(isTooComplex(wildcards)).toBe(false);
  });

  test("OUT-17: a piece that repeats itself counts as often as it does", () => {
    expect(isTooComplex([`*${"a".repeat(8)}`])).toBe(false);
    expect(isTooComplex([`*${"a".repeat(10)}`])).toBe(true);
  });
});

describe("a pattern", () => {
  const complex = { wildcard: "*a*a*a*a*a*" };

  test.each([
    ["in a field", { detail: { a: [complex] } }],
    ["excluded", { detail: { a: [{ "anything-but": complex }] } }],
    [
      "excluded in a list",
      { detail: { a: [{ "anything-but": { wildcard: [complex.wildcard] } }] } },
    ],
    ["in one branch of $or", { $or: [{ a: ["x"] }, { b: [complex] }] }],
    [
      "in two branches of one field",
      {
        $or: [
          { "a.b": [{ wildcard: "*a*b*c" }, { wildcard: "*a*b*d" }] },
          { a: { b: [{ wildcard: "*a*b*e" }, { wildcard: "*a*b*f" }] } },
        ],
      },
    ],
  ])("OUT-17: with too complex a wildcard is refused in AWS's words: %s", (_, pattern) => {
    expect(() => validatePattern(pattern)).toThrow(REFUSAL);
  });

  test("OUT-17: is judged field by field", () => {
    expect(() =>
      validatePattern({ a: [{ wildcard: "*a*b*c*d*" }], b: [{ wildcard: "*a*b*c*d*" }] }),
    ).not.toThrow();
  });
});

describe("a field with a literal dot beside its own parent", () => {
  test.each<[string, object, object, boolean]>([
    ["is found", { "a.b": ["x"] }, { a: 1, "a.b": "x" }, true],
    [
      "is found beside a parent that is an object",
      { "a.b": ["x"] },
      { a: { c: 1 }, "a.b": "x" },
      true,
    ],
    ["or is found in the parent", { "a.b": ["x"] }, { a: { b: "x" }, "a.b": "y" }, true],
    [
      "is found two levels down",
      { a: { "b.c": ["x"] } },
      { a: { b: {} }, "a.b": { c: "x" } },
      true,
    ],
    ["is not found with another value", { "a.b": ["x"] }, { a: { b: "y" }, "a.b": "z" }, false],
    ["is missing only where both are", { "a.b": [{ exists: false }] }, { a: 1, "a.b": "x" }, false],
    ["is missing in neither", { "a.b": [{ exists: false }] }, { a: { b: 1 }, "a.c": "x" }, false],
    ["is missing where there is none", { "a.b": [{ exists: false }] }, { a: 1, "a.c": "x" }, true],
    [
      "has its fields in either place",
      { a: { b: ["x"], c: ["y"] } },
      { a: { b: "x" }, "a.c": "y" },
      true,
    ],
    [
      "keeps fields of one element together",
      { a: { b: ["x"], c: ["y"] } },
      { a: [{ b: "x" }, { c: "y" }], "a.b": "z" },
      false,
    ],
    [
      "takes the place that fits the other fields",
      { a: { b: ["x"], c: ["y"] } },
      { a: [{ b: "x" }, { c: "y" }], "a.b": "x" },
      true,
    ],
  ])("OUT-17: %s", (_, pattern, event, matches) => {
    expect(matchesPattern({ detail: pattern }, { detail: event })).toBe(matches);
  });
});
