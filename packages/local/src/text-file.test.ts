import { expect, test } from "vitest";
import { readIntents } from "./intents-file.ts";
import { decodeText } from "./text-file.ts";

const intents = [
  { action_intent_id: "ai_1", tenant_id: "acme", account_id: "acct_1", note: "Grüße 漢字 😀" },
  { action_intent_id: "ai_2", tenant_id: "acme", account_id: "acct_1", note: "two" },
];

const [first] = intents;

const SHAPES: Readonly<Record<string, string>> = {
  "one object": JSON.stringify(first, null, 2),
  "an array": JSON.stringify(intents, null, 2),
  "one a line": intents.map((intent) => JSON.stringify(intent)).join("\n"),
  "one a line, the last line ended": intents
    .map((intent) => `${JSON.stringify(intent)}\n`)
    .join(""),
};

const LINE_ENDS: Readonly<Record<string, string>> = { LF: "\n", CRLF: "\r\n", CR: "\r" };

const ENCODINGS: Readonly<Record<string, (text: string) => Buffer>> = {
  "UTF-8": (text) => Buffer.from(text),
  "UTF-8 with a mark": (text) => Buffer.from(`\ufeff${text}`),
  "UTF-16LE with a mark": (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
  "UTF-16LE without a mark": (text) => Buffer.from(text, "utf16le"),
  "UTF-16BE with a mark": (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
  "UTF-16BE without a mark": (text) => Buffer.from(text, "utf16le").swap16(),
};

const combinations = Object.keys(SHAPES).flatMap((shape) =>
  Object.keys(LINE_ENDS).flatMap((lineEnd) =>
    Object.keys(ENCODINGS).map((encoding) => ({ shape, lineEnd, encoding })),
  ),
);

test.each(combinations)(
  "OUT-13: $shape with $lineEnd in $encoding is read as written",
  ({ shape, lineEnd, encoding }) => {
    const text = (SHAPES[shape] ?? "").replaceAll("\n", LINE_ENDS[lineEnd] ?? "");
    const bytes = ENCODINGS[encoding]?.(text) ?? Buffer.of();

    const read = readIntents(decodeText(bytes, "a file"), "a file").map(({ data }) => data);

    expect(read).toEqual(shape === "one object" ? [first] : intents);
  },
);

test("OUT-13: files joined by `cat`, each with its own mark, are read line by line", () => {
  const line = `\ufeff${JSON.stringify(first)}\n`;

  expect(readIntents(decodeText(Buffer.from(line + line), "a file"), "a file")).toHaveLength(2);
});

test.each([
  ["Latin-1", Buffer.from('{"note":"Grüße"}', "latin1"), "a file is not valid UTF-8"],
  ["half a character of UTF-16", Buffer.of(0xff, 0xfe, 0x7b), "a file is not valid UTF-16LE"],
  ["a lone surrogate", Buffer.of(0xff, 0xfe, 0x00, 0xd8, 0x7d, 0x00), "is not valid UTF-16LE"],
  ["UTF-32", Buffer.of(0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0), "a file is UTF-32"],
])("OUT-13: %s is refused with its name, no character replaced", (_, bytes, problem) => {
  expect(() => decodeText(bytes, "a file")).toThrow(problem);
});
