import fc from "fast-check";
import { expect, test } from "vitest";
import { parseExactJson } from "./exact-json.ts";

test.each(["9007199254740993", "-9007199254740993", "1769600000000123456", `1${"0".repeat(30)}`])(
  "does not round %s",
  (number) => {
    expect(parseExactJson(`{"a":[${number},"${number}"]}`)).toEqual({ a: [Number.NaN, number] });
  },
);

test.each(["9007199254740991", "9007199254740994", "-0", "100000000000000000000", "1e30", "0.1"])(
  "reads %s as it is",
  (number) => {
    expect(parseExactJson(`[${number},"0123456789012345"]`)).toEqual([
      Number(number),
      "0123456789012345",
    ]);
  },
);

test("reads whatever JavaScript writes as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify({ value, long: "0123456789012345" });
      expect(parseExactJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("has a place named __proto__ like any other", () => {
  const parsed = parseExactJson('{"__proto__":{"n":9007199254740993}}');
  expect(Object.entries(Object(parsed))).toEqual([["__proto__", { n: Number.NaN }]]);
});

test("reads nesting too deep for a reviver", () => {
  const levels = 100_000;
  const text = `${"[".repeat(levels)}9007199254740993${"]".repeat(levels)}`;
  expect(Array.isArray(parseExactJson(text))).toBe(true);
});

test("throws SyntaxError for what is not JSON", () => {
  expect(() => parseExactJson("{0123456789012345")).toThrow(SyntaxError);
});
