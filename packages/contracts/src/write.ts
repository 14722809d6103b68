import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { contractFiles, SCHEMA_FOLDER } from "./documents.ts";

/**
 * `pnpm contracts`: writes `contracts/` anew. With `--release VERSION` it also keeps the schemas as
 * released: from then on tests compare with them.
 */
const FOLDER = join(import.meta.dirname, "../../../contracts");

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

const [option, version] = process.argv.slice(2);
if (option === "--release" && /^\d+\.\d+\.\d+$/.test(version ?? "")) {
  const released = join(FOLDER, "released", version ?? "");
  await cp(join(FOLDER, SCHEMA_FOLDER), released, {
    recursive: true,
    errorOnExist: true,
    force: false,
  });
  process.stdout.write(`Released as ${version}.\n`);
} else if (option !== undefined) {
  process.stderr.write("Use: pnpm contracts [--release MAJOR.MINOR.PATCH]\n");
  process.exitCode = 1;
}

function topFolder(path: string): string {
  return path.split("/", 1).join();
}
