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

const COMMAND_BLOCK = /^ *```sh\n.*?^ *```$/gms;

/** What a command looks for in a log. */
const FILTER_PATTERN = /--filter-pattern '"([^"]+)"'/g;

/** Between the words of ours: what a person fills in, and the punctuation of JSON and of settings. */
const BETWEEN = /<[^>]*>|[{}"=:]+|\.{3}|^(?:GET|PUT) /;

const RUNBOOKS = globSync("docs/runbooks/*.md", { cwd: ROOT });

let sources: string;

beforeAll(async () => {
  const files = globSync(
    ["packages/{core,consumers,admin}/src/**/*.ts", "packages/local/src/cli/*.ts", "stacks/*.ts"],
    {
      cwd: ROOT,
      exclude: (path) => path.endsWith(".test.ts"),
    },
  );
  const texts = await Promise.all(files.map((path) => readFile(join(ROOT, path), "utf8")));
  sources = texts.join("\n");
});

test.each(RUNBOOKS)("%s quotes what the sources say, word for word", async (runbook) => {
  const text = await readFile(join(ROOT, runbook), "utf8");
  const inline = quotesOf(text.replaceAll(COMMAND_BLOCK, ""), /`([^`]+)`/g).flatMap((quote) =>
    COMMAND.test(quote) ? [] : quote.split(BETWEEN),
  );
  const quoted = [...inline, ...quotesOf(text, FILTER_PATTERN)];
  const said = (words: string) => OF_AWS.includes(words) || sources.includes(words);
  expect(quoted.filter((words) => !said(words))).toEqual([]);
});

test.each(RUNBOOKS.filter((runbook) => !runbook.endsWith("README.md")))(
  "%s has numbered steps",
  async (runbook) => {
    const text = await readFile(join(ROOT, runbook), "utf8");
    expect(text.match(/^\d\. /gm)?.length ?? 0).toBeGreaterThan(1);
  },
);

function quotesOf(text: string, quotes: RegExp): readonly string[] {
  return [...text.matchAll(quotes)].map(([, quote = ""]) => quote);
}
