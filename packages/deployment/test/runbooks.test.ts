import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ROOT } from "./synthesis/platform.ts";

/** What AWS writes, or calls by that name. */
const OF_AWS = [
  "ConcurrentExecutions",
  "Task timed out",
  "Throttles",
  "integrationRequestId",
  "message",
  "requestId",
];

const COMMAND = /^(aws|pnpm|sst) /;

/** Between the words of ours: what a person fills in, and the punctuation of JSON and of settings. */
const BETWEEN = /<[^>]*>|[{}"=:]+|\.{3}|^(?:GET|PUT) /;

let sources: string;

beforeAll(async () => {
  const files = globSync(["packages/{core,consumers,admin}/src/**/*.ts", "stacks/*.ts"], {
    cwd: ROOT,
    exclude: (path) => path.endsWith(".test.ts"),
  });
  const texts = await Promise.all(files.map((path) => readFile(join(ROOT, path), "utf8")));
  sources = texts.join("\n");
});

test.each(globSync("docs/runbooks/*.md", { cwd: ROOT }))(
  "%s quotes what the sources say, word for word",
  async (runbook) => {
    const text = await readFile(join(ROOT, runbook), "utf8");
    const quoted = [...text.matchAll(/`([^`]+)`/g)].flatMap(([, quote = ""]) =>
      COMMAND.test(quote) || quote.startsWith("docs/") ? [] : quote.split(BETWEEN),
    );
    const said = (words: string) => OF_AWS.includes(words) || sources.includes(words);
    expect(quoted.filter((words) => !said(words))).toEqual([]);
  },
);
