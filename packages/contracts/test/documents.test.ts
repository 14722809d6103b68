import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const README_BYTES_MAX = 6 * 1024;
const PROSE_LINE_MAX = 400;
const FENCE = /^ *```.*?^ *```$/gms;

const files = execFileSync("git", ["ls-files", "--", "*.md"], { cwd: ROOT, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(ROOT, file)));

test("the README is at most 6 KB, so that it fits on one screen", async () => {
  expect(Buffer.byteLength(await textOf("README.md"))).toBeLessThanOrEqual(README_BYTES_MAX);
});

test("there are documents to check", () => {
  expect(files).toContain("README.md");
  expect(files.length).toBeGreaterThan(20);
});

describe.each(files)("%s", (file) => {
  test("has no line of prose longer than 400 characters", async () => {
    const prose = (await textOf(file)).replaceAll(FENCE, "").split("\n");
    expect(prose.filter((line) => line.length > PROSE_LINE_MAX && !isTableRow(line))).toEqual([]);
  });

  test("has relative links only to files and headings that exist", async () => {
    const broken = [];
    for (const link of linksIn(await textOf(file))) {
      if (!(await leadsSomewhere(file, link))) broken.push(link);
    }
    expect(broken).toEqual([]);
  });
});

test("docs/README.md lists every document of docs/", async () => {
  const listed = linksIn(await textOf("docs/README.md")).map((link) => join("docs", link));
  const ofDocs = files.filter((file) => file.startsWith("docs/") && file !== "docs/README.md");
  const pages = ofDocs.filter((file) => !file.startsWith("docs/runbooks/"));
  expect(pages.filter((file) => !listed.includes(file))).toEqual([]);
});

function textOf(file: string): Promise<string> {
  return readFile(join(ROOT, file), "utf8");
}

function isTableRow(line: string): boolean {
  return line.startsWith("|");
}

/** Targets of the links of a text, without those of other sites. */
function linksIn(text: string): readonly string[] {
  const targets = [...text.replaceAll(FENCE, "").matchAll(/\]\(([^)\s]+)\)/g)];
  return targets.map(([, target = ""]) => target).filter((target) => !/^[a-z]+:/.test(target));
}

async function leadsSomewhere(file: string, link: string): Promise<boolean> {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : join(dirname(file), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(await textOf(target)).includes(anchor);
}

/** The anchors of a text's headings, as code hosts make them. */
function anchorsOf(text: string): readonly string[] {
  const headings = [...text.replaceAll(FENCE, "").matchAll(/^#+ (.+)$/gm)];
  return headings.map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}
