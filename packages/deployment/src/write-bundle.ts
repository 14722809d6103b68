import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Bundle } from "./bundle.ts";

/**
 * Makes a folder hold exactly a bundle. A file that is right already is left alone, so that two who
 * write the same bundle at once never see half of it.
 */
export async function writeBundle(folder: string, { files }: Bundle): Promise<void> {
  await mkdir(folder, { recursive: true });
  const wanted = new Set(files.map(({ path }) => path));
  const present = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of present.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name).slice(folder.length + 1);
    if (!wanted.has(path)) await rm(join(folder, path), { force: true });
  }
  await Promise.all(files.map(({ path, contents }) => writeFileOnce(join(folder, path), contents)));
}

async function writeFileOnce(path: string, contents: Uint8Array): Promise<void> {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
