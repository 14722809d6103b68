import { describe, expect, test } from "vitest";
import * as z from "zod";
import { checked } from "./checked.ts";
import { PermanentError } from "./errors.ts";
import { quoted, storedAs } from "./stored.ts";

describe("what was found, in an explanation", () => {
  test.each([
    ["YOLO", '"YOLO"'],
    ["line\nbreak ü", '"line?break ?"'],
    [7, "7"],
    [null, "null"],
    [{ a: 1 }, '{"a":1}'],
    [undefined, "undefined"],
    [10n, "bigint"],
  ])("%o reads %s", (value, text) => {
    expect(quoted(value)).toBe(text);
  });

  test.each([
    [64, `"${"x".repeat(64)}"`],
    [65, `"${"x".repeat(63)}~"`],
  ])("a text of %i characters keeps to 64", (length, text) => {
    expect(quoted("x".repeat(length))).toBe(text);
  });
});

test("an item is absent, readable or unreadable, and then described", () => {
  const schema = z.object({ n: z.number() });
  expect(storedAs(schema, undefined)).toEqual({ status: "absent" });
  expect(storedAs(schema, { n: 1 })).toEqual({ status: "readable", value: { n: 1 } });
  expect(storedAs(schema, { n: "1" })).toEqual({
    status: "unreadable",
    found: "an item of another shape",
  });
  expect(storedAs(schema, null, () => "nothing")).toEqual({
    status: "unreadable",
    found: "nothing",
  });
});

test("a value that does not fit is refused by its name, with at most 20 things wrong with it", () => {
  expect(checked("count", z.number(), 7)).toBe(7);
  expect(() => checked("count", z.number(), "7")).toThrow(PermanentError);
  expect(() => checked("count", z.number(), "7")).toThrow(/^count: .*number.*, not "7"\.$/);
  const many = () => checked("list", z.array(z.number()), Array(30).fill("x"));
  expect(many).toThrow(/0: .* 19: /);
  expect(many).not.toThrow(/20: /);
});
