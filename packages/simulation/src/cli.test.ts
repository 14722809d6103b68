import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("./cli.ts", import.meta.url));

describe("pnpm simulate", () => {
  it.each([
    ["--seeds 0", "A whole number from 1 is needed."],
    ["--seeds many", "A whole number from 1 is needed."],
    ["--seed -1", "A whole number from 0 is needed."],
    ["--mutant nope", "argument 'nope' is invalid. Allowed choices are emit-before-commit, "],
    ["--seed 1 --mutants --burst", "'--mutants' cannot be used with option '--seed <s>'"],
    ["--mutants --mutant no-dedupe", "cannot be used with option '--mutants'"],
    ["--mutants --burst", "cannot be used with option '--burst'"],
    ["--burst --seeds 5", "'--burst' cannot be used with option '--seeds <n>'"],
    ["--mutants --profile calm", "'--mutants' cannot be used with option '--profile <name>'"],
    ["--seed 1 --first 2", "'--seed <s>' cannot be used with option '--first <n>'"],
    ["--trace", "'--trace' needs option '--seed <s>'"],
    ["--unknown", "unknown option '--unknown'"],
  ])("%s is refused in one line, never a success of nothing", async (args, message) => {
    const refused = run(process.execPath, [PROGRAM, ...args.split(" ")]);
    await expect(refused).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(message),
    });
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringMatching(/^error: .*\n$/) });
  });

  it("runs one seed, and says how many it ran", async () => {
    const { stderr } = await run(process.execPath, [PROGRAM, "--seed", "3"]);
    expect(stderr).toContain("1 seeds, no invariant broken");
  });
});
