import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, test } from "vitest";
import { detailText } from "./detail.ts";

test.each([
  ["100000000000000000000", "1e+20"],
  ["9223372036854775808", "9.223372036854776e+18"],
  ["-9223372036854777856", "-9.223372036854778e+18"],
])("writes the whole number %s, longer than 64 bits, as %s", (whole, written) => {
  expect(detailText(`{"n":[${whole}],"${whole}":"\\"${whole}"}`)).toBe(
    `{"n":[${written}],"${whole}":"\\"${whole}"}`,
  );
});

test.each(["9223372036854775807", "-9223372036854775808", "0.1234567890123456789", "1e+21"])(
  "leaves %s as it is",
  (number) => {
    const json = `{"n":${number},"id":"12345678901234567890"}`;
    expect(detailText(json)).toBe(json);
  },
);

test("changes no value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = canonicalize({ value, id: "1234567890123456789" }) ?? "";
      expect(JSON.parse(detailText(json))).toEqual(JSON.parse(json));
    }),
  );
});
