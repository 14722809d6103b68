import { join } from "node:path";
import { bundleFunction } from "./bundle.ts";
import { BUNDLE_FOLDER, FUNCTIONS } from "./functions.ts";
import { writeBundle } from "./write-bundle.ts";

/** Bundles every function into `.build/`: what a deployment uploads. */
const root = join(import.meta.dirname, "../../..");
await Promise.all(
  Object.entries(FUNCTIONS).map(async ([name, source]) =>
    writeBundle(join(root, BUNDLE_FOLDER, name), await bundleFunction(root, name, source)),
  ),
);
