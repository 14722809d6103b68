import { NumberValueImpl } from "@aws-sdk/util-dynamodb";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromWire, toWire } from "../adapters/dynamodb/wire.ts";
import { jsonForm } from "./json-form.ts";
import { isDouble } from "./long-number.ts";

const text = (value: unknown) => canonicalize(jsonForm(value));

describe("the JSON form of what is stored", () => {
  it("OUT-10: keeps apart what JSON would write alike", () => {
    const values = [
      {},
      { a: new Set(["x"]) },
      { a: ["x"] },
      { a: new Set(["x", "y"]) },
      { a: new Uint8Array([120]) },
      { a: new Uint8Array() },
      { a: {} },
      { a: NumberValueImpl.from("12345678901234567890") },
      { a: NumberValueImpl.from("12345678901234567891") },
      { a: { $number: "12345678901234567890" } },
      { a: { value: "12345678901234567890" } },
    ];
    expect(new Set(values.map(text)).size).toBe(values.length);
  });

  it("is the same whatever the order of a set", () => {
    expect(text(new Set(["b", "a"]))).toBe(text(new Set(["a", "b"])));
  });
});

describe("numbers on the wire", () => {
  it("are doubles when a double is written so, in any spelling", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }),
        (value) => {
          expect(fromWire({ a: { N: value.toString() } })).toEqual({ a: value === 0 ? 0 : value });
          expect(isDouble(value.toExponential())).toBe(true);
        },
      ),
    );
  });

  it.each(["1795337400000000001", "0.12345678901234567890123", "9.99999999999999999999E+125"])(
    "that no double holds come back as they were: %s",
    (digits) => {
      const wire = { a: { N: digits }, set: { NS: ["1", digits] } };
      expect(toWire(fromWire(wire))).toEqual(wire);
    },
  );

  it("what has no form on the wire is refused for good", () => {
    expect(() => toWire({ a: Number.MAX_SAFE_INTEGER + 1 })).toThrow("cannot store");
  });
});
