import { marshall } from "@aws-sdk/util-dynamodb";
import { expect, it } from "vitest";
import { itemBytes, WireItem } from "../src/count/item-size.ts";

/** Sizes as AWS documents them; the numbers are worked out by hand. */
const CASES: readonly (readonly [string, Record<string, unknown>, number])[] = [
  ["a text counts its bytes in UTF-8", { name: "Zoë" }, 4 + 4],
  ["a truth value and a null count one", { a: true, b: null }, 2 + 2],
  ["a number counts a byte for two digits and one more", { n: 5, m: 1234 }, 1 + 2 + 1 + 3],
  ["zeros around a number's digits count nothing", { n: 0.7, m: 1_000_000, z: 0 }, 3 + 2 + 2 + 2],
  ["a minus sign counts one", { n: -12 }, 1 + 3],
  ["a list counts 3, and each element one more", { l: ["ab", "c"] }, 1 + 3 + 3 + 2],
  ["a map counts 3, and each entry one more", { m: { ab: "c" } }, 1 + 3 + 1 + 2 + 1],
];

for (const [rule, item, bytes] of CASES) {
  it(rule, () => {
    expect(itemBytes(WireItem.parse(marshall(item)))).toBe(bytes);
  });
}
