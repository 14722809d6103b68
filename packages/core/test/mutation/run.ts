import { spawn } from "node:child_process";
import { cp, glob, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { type Mutant, mutantsOf, mutated } from "./mutants.ts";

/**
 * Random one-token mutants of core and consumers against the tests of these two packages alone:
 * `pnpm mutate --count 60 --seed 1`. Works on a copy of the last commit.
 */

const ROOT = join(import.meta.dirname, "../../../..");
const SOURCES = "packages/{core,consumers}/src/**/*.ts";
const NOT_MUTATED = /\.(?:test|bench|cases)\.ts$|\/adapters\/memory\//;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    /** The longest that one mutant's tests may take. */
    seconds: { type: "string", default: "30" },
    /** A part of the paths to mutate. */
    only: { type: "string", default: "" },
  },
});

type Verdict = "killed" | "survived" | "out of time";

const copy = await copyOfCommit();
try {
  await hunt();
} finally {
  await rm(copy, { recursive: true, force: true });
  await git("worktree", "prune");
}

async function hunt(): Promise<void> {
  const seconds = Number(values.seconds);
  const begun = performance.now();
  if ((await tests(["run"], 10 * seconds)) !== "survived") {
    throw new Error("The tests fail without a mutant.");
  }
  say(`Without a mutant both packages' tests take ${secondsSince(begun)} s.`);
  const tally = { killed: 0, survived: 0, "out of time": 0 };
  for (const mutant of await chosen()) {
    const sent = performance.now();
    const verdict = await verdictOn(mutant, seconds);
    tally[verdict] += 1;
    const { file, line, from, to } = mutant;
    say(`${verdict}: ${file}:${line} ${from} → ${to} (${secondsSince(sent)} s)`);
  }
  say(JSON.stringify(tally));
  process.exitCode = tally.survived + tally["out of time"] > 0 ? 1 : 0;
}

/** Mutants drawn from all there are, each once. */
async function chosen(): Promise<Mutant[]> {
  const all: Mutant[] = [];
  for await (const file of glob(SOURCES, { cwd: copy })) {
    if (NOT_MUTATED.test(file) || !file.includes(values.only)) continue;
    all.push(...mutantsOf(file, await readFile(join(copy, file), "utf8")));
  }
  all.sort((a, b) => (a.file === b.file ? a.offset - b.offset : a.file < b.file ? -1 : 1));
  const length = Math.min(Number(values.count), all.length);
  const drawn = fc.shuffledSubarray(all, { minLength: length, maxLength: length });
  return fc.sample(drawn, { numRuns: 1, seed: Number(values.seed) }).flat();
}

/** The tests beside the file come first, then all that import it. */
async function verdictOn(mutant: Mutant, seconds: number): Promise<Verdict> {
  const path = join(copy, mutant.file);
  const source = await readFile(path, "utf8");
  await writeFile(path, mutated(source, mutant));
  try {
    const beside = await tests(["run", `${dirname(mutant.file)}/`, "--passWithNoTests"], seconds);
    return beside === "survived" ? await tests(["related", mutant.file, "--run"], seconds) : beside;
  } finally {
    await writeFile(path, source);
  }
}

/** Runs tests until one fails. */
async function tests(args: readonly string[], seconds: number): Promise<Verdict> {
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  const settings = [
    "--config",
    "vitest.workspace.ts",
    "--project",
    "core",
    "--project",
    "consumers",
  ];
  const workers = `--maxWorkers=${Math.min(2, availableParallelism())}`;
  const child = spawn(process.execPath, [vitest, ...args, ...settings, workers, "--bail=1"], {
    cwd: copy,
    env: { ...process.env, FAST_CHECK_SHARE: "0.1" },
    stdio: "ignore",
    detached: true,
  });
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  child.on("close", (code) => resolve(code === 0 ? "survived" : "killed"));
  const limit = setTimeout(() => resolve("out of time"), seconds * 1000);
  const verdict = await promise;
  clearTimeout(limit);
  // A worker that runs for ever ends with its group.
  if (verdict === "out of time" && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  return verdict;
}

/** A work tree of the last commit with the packages installed here. */
async function copyOfCommit(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "mutants-"));
  await git("worktree", "add", "--detach", "--force", path);
  await symlink(join(ROOT, "node_modules"), join(path, "node_modules"));
  for await (const modules of glob("packages/*/node_modules", { cwd: ROOT })) {
    await cp(join(ROOT, modules), join(path, modules), { recursive: true, verbatimSymlinks: true });
  }
  return path;
}

async function git(...args: readonly string[]): Promise<void> {
  const child = spawn("git", args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on("close", resolve);
  if ((await promise) !== 0) throw new Error(`git ${args.join(" ")} failed.`);
}

function secondsSince(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(1);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
