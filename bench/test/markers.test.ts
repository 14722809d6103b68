import { describe, expect, it, test } from "vitest";
import { checkMarkers, fillTables } from "../src/report/markers.ts";

const GOALS = "<!-- bench:goals -->\n\n<!-- /bench:goals -->";
const COST = "<!-- bench:cost -->\n| old |\n\n<!-- /bench:cost -->";
const NAMES = ["goals", "cost"];

describe("a page with every marker", () => {
  const page = `# Page\n\nBefore.\n\n${GOALS}\n\nBetween.\n\n${COST}\n\nAfter.\n`;
  const tables = new Map([
    ["goals", "| $& |"],
    ["cost", "| $1 |"],
  ]);
  const filled = fillTables(page, tables);

  it("gets each table between its markers, and keeps every other line", () => {
    expect(filled).toBe(
      "# Page\n\nBefore.\n\n<!-- bench:goals -->\n\n| $& |\n\n<!-- /bench:goals -->\n\nBetween.\n\n" +
        "<!-- bench:cost -->\n\n| $1 |\n\n<!-- /bench:cost -->\n\nAfter.\n",
    );
  });

  it("stays the same when the same tables are written again", () => {
    expect(fillTables(filled, tables)).toBe(filled);
  });
});

test.each([
  ["lacks a table", GOALS, "The page must have <!-- bench:cost --> once, but has it 0 times."],
  [
    "lacks a closing marker",
    `${GOALS}<!-- bench:cost -->`,
    "The page must have <!-- /bench:cost --> once, but has it 0 times.",
  ],
  [
    "repeats a table",
    GOALS + COST + GOALS,
    "The page must have <!-- bench:goals --> once, but has it 2 times.",
  ],
  [
    "has an unknown table",
    `${GOALS}${COST}<!-- bench:gaols -->`,
    "The page has an unknown marker: <!-- bench:gaols -->",
  ],
  [
    "misspells a marker",
    `${GOALS}<!--bench:cost--><!-- /bench:cost -->`,
    "The page has an unknown marker: <!--bench:cost-->",
  ],
  [
    "closes a table before it opens",
    `${GOALS}<!-- /bench:cost --><!-- bench:cost -->`,
    "The next marker after <!-- bench:cost --> must be <!-- /bench:cost -->.",
  ],
  [
    "has a table inside another",
    `<!-- bench:goals -->${COST}<!-- /bench:goals -->`,
    "The next marker after <!-- bench:goals --> must be <!-- /bench:goals -->.",
  ],
])("a page that %s is refused by the marker's name", (_, page, message) => {
  expect(() => checkMarkers(page, NAMES)).toThrow(message);
});
