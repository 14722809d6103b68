import { expect, test } from "vitest";
import { DATA_DEPTH_MAX, findJsonIssue, utf8Bytes } from "./json-bounds.ts";

/** Arrays within arrays: the outermost is level 1. */
function nested(levels: number): unknown {
  return JSON.parse("[".repeat(levels) + "]".repeat(levels));
}

test("accepts what RFC 8785 can write, at the greatest depth allowed", () => {
  const data = { text: "ä€😀", n: [0, -1.5, 1e308, null, true], empty: {}, deep: nested(31) };
  expect(findJsonIssue(data, "data")).toBeUndefined();
  expect(findJsonIssue(nested(DATA_DEPTH_MAX), "data")).toBeUndefined();
  for (const value of [7, "text", true, null]) {
    const deep: unknown = JSON.parse(
      JSON.stringify(nested(32)).replace("[]", `[${JSON.stringify(value)}]`),
    );
    expect(findJsonIssue(deep, "data")).toBeUndefined();
  }
});

test.each([33, 1_000, 100_000])(
  "refuses nesting %i deep without exhausting the stack",
  (levels) => {
    const issue = findJsonIssue(nested(levels), "data");
    expect(issue?.message).toBe("must be nested at most 32 deep");
    expect(issue?.path).toBe(`data${".0".repeat(32)}`);
  },
);

test.each([200_000, 500_000])("looks through a flat list of %i values", (length) => {
  expect(findJsonIssue({ parameters: new Array(length).fill(0) }, "data")).toBeUndefined();
  const bad = [...new Array(length).fill(0), Number.POSITIVE_INFINITY];
  expect(findJsonIssue({ parameters: bad }, "data")?.path).toBe(`data.parameters.${length}`);
});

test("refuses a number no double can hold, by its path", () => {
  const data: unknown = JSON.parse('{"parameters":{"amounts":[1,1e400]}}');
  expect(findJsonIssue(data, "data")).toEqual({
    path: "data.parameters.amounts.1",
    message: "must be a number that a double can hold",
  });
});

test.each([
  ["a value", '{"parameters":{"text":"\\ud800"}}', "data.parameters.text"],
  ["a second half without its first", '{"text":"\\udc00x"}', "data.text"],
  ["a field's name", '{"parameters":{"\\udfff":1}}', "data.parameters"],
])("refuses a lone surrogate in %s", (_, json, path) => {
  expect(findJsonIssue(JSON.parse(json), "data")).toEqual({
    path,
    message: "must be well-formed Unicode",
  });
});

test("looks into a field named __proto__ as into any other", () => {
  const data: unknown = JSON.parse('{"__proto__":{"n":1e400}}');
  expect(findJsonIssue(data, "data")?.path).toBe("data.__proto__.n");
});

test("counts bytes as UTF-8", () => {
  expect(utf8Bytes("aä€😀")).toBe(1 + 2 + 3 + 4);
});
