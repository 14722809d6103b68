import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const SDK = join(import.meta.dirname, "../src/sdk");

/** What a program that imports the SDK has to install; Node's own modules aside. */
const ALLOWED = ["@aws-sdk/client-eventbridge", "uuid", "zod"];

test.each([
  ["publish.ts", ALLOWED],
  ["parse-outcome.ts", ["zod"]],
  ["compat.ts", ["zod"]],
])("%s needs no packages but %j, however deep its imports go", async (file, packages) => {
  const found = await packagesImportedBy(join(SDK, file));
  expect([...found].sort()).toEqual(packages);
});

/** Packages that load with a file: type-only imports are erased and load nothing. */
async function packagesImportedBy(entry: string): Promise<Set<string>> {
  const packages = new Set<string>();
  const files = new Set([entry]);
  for (const file of files) {
    for (const name of importsOf(await readFile(file, "utf8"))) {
      if (name.startsWith(".")) files.add(resolve(dirname(file), name));
      else if (!name.startsWith("node:")) packages.add(name);
    }
  }
  return packages;
}

function importsOf(source: string): string[] {
  const statements = source.matchAll(/^(?:import|export) (?!type )[^;]*? from "([^"]+)";/gms);
  return [...statements].flatMap(([, name = ""]) => name);
}
