import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { ROOT } from "./platform.ts";

/** One deliberate breakage: a text of a source file, replaced in memory. */
export interface Edit {
  /** Relative to the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Throws when the text is not in the file exactly once: a breakage that is not planted proves nothing. */
export function planted(edits: readonly Edit[]): Plugin {
  return {
    name: "planted",
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const here = edits.filter(({ file }) => path === join(ROOT, file));
        if (here.length === 0) return undefined;
        return { contents: here.reduce(apply, await readFile(path, "utf8")), loader: "ts" };
      });
    },
  };
}

function apply(source: string, { file, from, to }: Edit): string {
  const parts = source.split(from);
  if (parts.length !== 2) {
    throw new Error(`"${from}" is ${parts.length - 1} times in ${file}, not once.`);
  }
  return parts.join(to);
}
