import { NumberValueImpl } from "@aws-sdk/util-dynamodb";
import { expect, test } from "vitest";
import { isDouble, isLongNumber } from "./long-number.ts";

test("a long number is what the table's own class holds, and no plain value", () => {
  expect(isLongNumber(NumberValueImpl.from("12345678901234567890"))).toBe(true);
  for (const value of [null, undefined, 7, "7", [], {}, { value: "7" }, new Set(["7"])]) {
    expect(isLongNumber(value)).toBe(false);
  }
  class Other {
    readonly value = 7;
  }
  expect(isLongNumber(new Other())).toBe(false);
});

test.each([
  ["9007199254740991", true],
  ["-9007199254740991", true],
  ["9007199254740992", false],
  ["0.1", true],
  ["0.10", true],
  ["1E-1", true],
  ["0.1000000000000000055511151231257827", false],
  ["-0.1", true],
  ["0", true],
  ["0.00", true],
  ["1e2", true],
  ["100", true],
])("%s is written as a double is: %s", (text, expected) => {
  expect(isDouble(text)).toBe(expected);
});
