import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT } from "./synthesis/platform.ts";

const run = promisify(execFile);

test("sst.config.ts and stacks/ have the types of SST's real components", async () => {
  const { stdout } = await run(
    join(ROOT, "node_modules/.bin/tsc"),
    ["-p", "stacks/tsconfig.json"],
    {
      cwd: ROOT,
    },
  ).catch((failure: { stdout: string }) => failure);
  expect(stdout).toBe("");
});

test("what installing SST and a synthesis write is nothing that git tracks", async () => {
  const ignored = (await readFile(join(ROOT, ".gitignore"), "utf8")).split("\n");
  expect(ignored).toEqual(expect.arrayContaining([".sst/", ".build/"]));
});
