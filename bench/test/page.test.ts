import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkMarkers, fillTables } from "../src/report/markers.ts";
import { type Run, TABLE_NAMES, tablesOf } from "../src/report/tables.ts";

const DOCS = join(import.meta.dirname, "../../docs");

test("docs/performance.md has the markers of every table and no others", async () => {
  checkMarkers(await readFile(join(DOCS, "performance.md"), "utf8"), TABLE_NAMES);
});

test("docs/performance.md contains the figures of docs/performance.json", async () => {
  const page = await readFile(join(DOCS, "performance.md"), "utf8");
  const run: Run = JSON.parse(await readFile(join(DOCS, "performance.json"), "utf8"));
  expect(fillTables(page, tablesOf(run))).toBe(page);
});
