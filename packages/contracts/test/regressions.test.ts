import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const CODE = /\b(?:ALLOW|API|APR|BUD|EXP|EXPL|GATE|KILL|LED|MODE|OUT|POL|REP)-\d+\b/g;

/** The files that each code in a test's name stands in, and those that its line names. */
const held = new Map<string, Set<string>>();
const listed = new Map<string, string[]>();

beforeAll(async () => {
  for await (const file of testFiles()) {
    for (const [code] of (await readFile(join(ROOT, file), "utf8")).matchAll(CODE)) {
      held.set(code, (held.get(code) ?? new Set()).add(file));
    }
  }
  const page = await readFile(join(ROOT, "docs/regressions.md"), "utf8");
  for (const [, code = "", files = ""] of page.matchAll(/^\| (\S+) \|[^|]+\| (.+) \|$/gm)) {
    listed.set(
      code,
      [...files.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = ""]) => file),
    );
  }
  listed.delete("code");
});

test("docs/regressions.md has a line for every code in a test's name, and for no other", () => {
  expect([...listed.keys()].sort()).toEqual([...held.keys()].sort());
  expect(listed.size).toBeGreaterThan(50);
});

test("every file that a line names holds the code", () => {
  for (const [code, files] of listed) {
    expect(files, code).not.toEqual([]);
    for (const file of files) expect(held.get(code), code).toContain(file);
  }
});

function testFiles(): AsyncIterable<string> {
  return glob("{packages,bench,examples}/**/*.test.ts", {
    cwd: ROOT,
    exclude: ["**/node_modules/**", "packages/contracts/test/regressions.test.ts"],
  });
}
