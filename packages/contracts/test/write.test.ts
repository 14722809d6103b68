import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { CONTRACTS } from "./contracts-folder.ts";

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, "../src/write.ts");

describe("pnpm contracts", () => {
  test("--help says how to use it and writes nothing", async () => {
    const before = await lastWrites();
    const { stdout } = await run(process.execPath, [PROGRAM, "--help"]);
    expect(stdout).toContain("--release <version>");
    expect(await lastWrites()).toEqual(before);
  });

  test.each([
    [["--foo"], "unknown option '--foo'"],
    [["1.0.0"], "too many arguments"],
    [["--release"], "argument missing"],
    [["--release", "1.0"], "It must be MAJOR.MINOR.PATCH"],
    [["--release", "1.0.0"], "contracts/released/1.0.0 is there already"],
  ])("%j is refused in one line before anything is written", async (args, message) => {
    const before = await lastWrites();
    await expect(run(process.execPath, [PROGRAM, ...args])).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(new RegExp(`^error: .*${message}.*\n$`)),
    });
    expect(await lastWrites()).toEqual(before);
  });
});

/** When each file of the folder was last written. */
async function lastWrites(): Promise<Map<string, number>> {
  const paths = await readdir(CONTRACTS, { recursive: true });
  const writes = paths.sort().map(async (path): Promise<[string, number]> => {
    return [path, (await stat(join(CONTRACTS, path))).mtimeMs];
  });
  return new Map(await Promise.all(writes));
}
