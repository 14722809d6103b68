import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, "../src/main.ts");
const PAGE = join(import.meta.dirname, "../../docs/performance.md");

describe("pnpm bench", () => {
  test("--help says what it writes, and measures nothing", async () => {
    const { mtimeMs } = await stat(PAGE);
    const { stdout, stderr } = await bench("--help");
    expect(stdout).toContain("docs/performance.md");
    expect(stderr).toBe("");
    expect((await stat(PAGE)).mtimeMs).toBe(mtimeMs);
  });

  test.each([
    ["--foo", "error: unknown option '--foo'\n"],
    ["fast", "error: too many arguments. Expected 0 arguments but got 1: fast.\n"],
  ])("%s is refused in one line, before anything is measured", async (argument, stderr) => {
    await expect(bench(argument)).rejects.toMatchObject({ code: 1, stdout: "", stderr });
  });
});

/** A bench that does start is ended: it takes minutes. */
function bench(argument: string) {
  return run(process.execPath, ["--expose-gc", PROGRAM, argument], { timeout: 120_000 });
}
