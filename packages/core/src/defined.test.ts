import { expect, expectTypeOf, test } from "vitest";
import { defined } from "./defined.ts";

function maybe(): string | undefined {
  return undefined;
}

test("drops what is undefined and nothing else", () => {
  const values = { kept: 1, none: null, no: false, zero: 0, empty: "", gone: undefined };
  const copy = defined(values);
  expect(copy).toStrictEqual({ kept: 1, none: null, no: false, zero: 0, empty: "" });
  expect(values).toHaveProperty("gone");
});

test("makes optional exactly what may be undefined, and keeps literal types", () => {
  const copy = defined({ status: "recorded", code: maybe() });
  expectTypeOf(copy.status).toEqualTypeOf<"recorded">();
  expectTypeOf(copy).toExtend<{ status: "recorded"; code?: string }>();
  expectTypeOf<{ status: "recorded"; code?: string }>().toExtend<typeof copy>();
});
