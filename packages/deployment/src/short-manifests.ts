import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import * as z from "zod";

const Manifest = z.object({ name: z.string(), version: z.string() });

/** The AWS SDK reads its own name and version from package.json: the rest of the file stays out. */
export function shortManifests(): Plugin {
  return {
    name: "short-manifests",
    setup: (build) => {
      build.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
        const manifest = Manifest.parse(JSON.parse(await readFile(path, "utf8")));
        return { contents: JSON.stringify(manifest), loader: "json" };
      });
    },
  };
}
