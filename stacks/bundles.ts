import { execFileSync } from "node:child_process";

/** The functions, by the names of their bundles. */
export type FunctionName = "consumer" | "admin" | "authorizer";

/** Folders of the bundles, relative to the repository; the same in `packages/deployment`. */
const FOLDERS = {
  consumer: ".build/consumer",
  admin: ".build/admin",
  authorizer: ".build/authorizer",
} as const satisfies Record<FunctionName, string>;

/**
 * Bundles the functions and says where they are. By a program of its own, so that what is deployed
 * is byte for byte what the tests load; `sst dev` rebuilds from the sources and needs none.
 */
export function bundleFunctions(): Readonly<Partial<Record<FunctionName, string>>> {
  if ($dev) return {};
  execFileSync("node_modules/.bin/node", ["packages/deployment/src/bundle-functions.ts"], {
    cwd: $cli.paths.root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return FOLDERS;
}
