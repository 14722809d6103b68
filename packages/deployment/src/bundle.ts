import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build, type Metafile } from "esbuild";
import type { FunctionSource } from "./functions.ts";
import { leaveOutCredentialSources } from "./left-out.ts";
import { shortManifests } from "./short-manifests.ts";

/** One file of a bundle, its path relative to the bundle's folder. */
export interface BundleFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

export interface Bundle {
  readonly files: readonly BundleFile[];
  /** esbuild's account of what is in which file. */
  readonly metafile: Metafile;
}

/** Packages in the bundle that are not ES modules may still say `require`. */
const BANNER = [
  'import { createRequire as createBundleRequire } from "node:module";',
  "const require = createBundleRequire(import.meta.url);",
].join("");

/**
 * Bundles a function: `<name>.mjs` with everything that every invocation needs, and beside it what
 * is loaded on demand. The same input gives the same bytes.
 */
export async function bundleFunction(
  root: string,
  name: string,
  { entry, files = {} }: FunctionSource,
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { [name]: entry },
    outdir: "bundle",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    // CommonJS builds of the AWS SDK cannot be shaken: with them a bundle is a quarter larger.
    mainFields: ["module", "main"],
    banner: { js: BANNER },
    legalComments: "none",
    plugins: [leaveOutCredentialSources(), shortManifests()],
    logLevel: "error",
    metafile: true,
    write: false,
  });
  const folder = join(root, "bundle");
  const code = outputFiles.map(({ path, contents }) => ({
    path: path.slice(folder.length + 1),
    contents,
  }));
  const read = Object.entries(files).flatMap(([module, paths]) =>
    paths.map((path) => moduleFile(join(root, entry), module, path)),
  );
  return { files: [...code, ...(await Promise.all(read))], metafile };
}

/** A file of a package as the entry's own package resolves it. */
async function moduleFile(entry: string, module: string, path: string): Promise<BundleFile> {
  const manifest = createRequire(entry).resolve(`${module}/package.json`);
  return {
    path: `node_modules/${module}/${path}`,
    contents: await readFile(join(dirname(manifest), path)),
  };
}
