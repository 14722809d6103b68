import { existsSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { Command, InvalidArgumentError } from "commander";
import { contractFiles, SCHEMA_FOLDER } from "./documents.ts";

const FOLDER = join(import.meta.dirname, "../../../contracts");

interface Options {
  readonly release?: string;
}

/** `pnpm contracts`: nothing is written before the arguments are known to be right. */
await new Command("contracts")
  .description("Writes contracts/ anew from the schemas that run.")
  .option(
    "--release <version>",
    "keep the schemas as released too: tests compare with them",
    newRelease,
  )
  .action(async ({ release }: Options) => {
    await writeAll();
    if (release !== undefined) await keep(release);
  })
  .parseAsync();

/** A release that is not there yet: what was released is never written again. */
function newRelease(version: string): string {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    throw new InvalidArgumentError("It must be MAJOR.MINOR.PATCH, such as 1.2.0.");
  }
  if (existsSync(releaseFolder(version))) {
    throw new InvalidArgumentError(`contracts/released/${version} is there already.`);
  }
  return version;
}

async function writeAll(): Promise<void> {
  const files = contractFiles();
  const folders = new Set([...files.keys()].filter((path) => path.includes("/")).map(topFolder));
  await Promise.all(
    [...folders].map((name) => rm(join(FOLDER, name), { recursive: true, force: true })),
  );
  for (const [path, text] of files) {
    await mkdir(dirname(join(FOLDER, path)), { recursive: true });
    await writeFile(join(FOLDER, path), text);
  }
  process.stdout.write(`${files.size} files written to contracts/.\n`);
}

async function keep(version: string): Promise<void> {
  await cp(join(FOLDER, SCHEMA_FOLDER), releaseFolder(version), {
    recursive: true,
    errorOnExist: true,
    force: false,
  });
  process.stdout.write(`Released as ${version}.\n`);
}

function releaseFolder(version: string): string {
  return join(FOLDER, "released", version);
}

function topFolder(path: string): string {
  return path.split("/", 1).join();
}
