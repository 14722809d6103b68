import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactJson } from "./exact-json.ts";

function flawsOf(text: string): string[] {
  return parseExactJson(text).flaws.map(({ kind, path }) => `${kind} ${path.join(".")}`);
}

describe("exact JSON", () => {
  it.each([
    "9007199254740993",
    "-9007199254740993",
    "9007199254740993.0",
    "900719925474099.3e1",
    "1769600000000123456",
    "12345678901234567.0",
    `1${"0".repeat(30)}`,
    "1e23",
    "0.69999999999999999999",
    "0.100000000000000000001",
    "1e-400",
  ])("OUT-7: tells of %s, which a double does not hold", (number) => {
    expect(flawsOf(`{"a":[1,${number},"${number}"]}`)).toEqual(["INEXACT_NUMBER a.1"]);
  });

  it.each([
    "9007199254740991",
    "9007199254740994",
    "9007199254740994.0",
    "-0",
    "0e5000",
    "100000000000000000000",
    "1e22",
    "0.1",
    "0.90000000000000002",
    "0.70000000000000000000",
    "5e-324",
  ])("reads %s as it is", (number) => {
    expect(parseExactJson(`[${number}]`)).toEqual({ value: [Number(number)], flaws: [] });
  });

  it("counts the places of a list, whatever stands before", () => {
    expect(flawsOf('["a",["b",1],{"c":"d"},1e23]')).toEqual(["INEXACT_NUMBER 3"]);
  });

  it.each([
    ['{"a":1,"a":1}', "a"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{"x":[{},{"b":{"c":null,"c":[]}}]}', "x.1.b.c"],
    ['{"":1,"":2}', ""],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"a":"}","b":"\\"","b":1}', "b"],
  ])("OUT-6: tells of the key given twice in %s", (text, path) => {
    expect(flawsOf(text)).toEqual([`DUPLICATE_KEY ${path}`]);
  });

  it.each(['{"a":{"a":1},"b":{"a":1}}', '[{"a":1},{"a":1}]', '{"a":"a","b":"a"}', '"{\\"a\\":1}"'])(
    "takes the same key of different objects for what it is: %s",
    (text) => {
      expect(flawsOf(text)).toEqual([]);
    },
  );

  it("reads whatever JavaScript writes as JSON.parse does, and finds no flaw in it", () => {
    const limit = 2 ** 53;
    const whatever = fc.jsonValue().filter((value) => !hasLargeNumber(value, limit));
    fc.assert(
      fc.property(whatever, (value) => {
        const text = JSON.stringify({ value, long: "0123456789012345" });
        expect(parseExactJson(text)).toEqual({ value: JSON.parse(text), flaws: [] });
      }),
    );
  });

  it("finds a key repeated anywhere in any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, key) => {
        const pair = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
        expect(flawsOf(`[0,{${pair},"other key":1,${pair}}]`)).toContain(`DUPLICATE_KEY 1.${key}`);
      }),
    );
  });

  it("tells of at most 20 flaws", () => {
    expect(flawsOf(`[${"9007199254740993,".repeat(30)}1]`)).toHaveLength(20);
  });

  it("reads nesting of any depth", () => {
    const levels = 100_000;
    const text = `${"[".repeat(levels)}9007199254740993${"]".repeat(levels)}`;
    expect(parseExactJson(text).flaws).toHaveLength(1);
  });

  it("throws SyntaxError for what is not JSON", () => {
    expect(() => parseExactJson("{0123456789012345")).toThrow(SyntaxError);
  });
});

/** Doubles beyond 2^53 are written shorter than they are. */
function hasLargeNumber(value: unknown, limit: number): boolean {
  if (typeof value === "number") return Math.abs(value) >= limit;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some((inner) => hasLargeNumber(inner, limit));
}
