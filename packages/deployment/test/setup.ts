import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { installPlatform, ROOT } from "./synthesis/platform.ts";

/** Once for all files: what they need of SST, and the bundles as a deployment makes them. */
export async function setup(): Promise<void> {
  const program = join(ROOT, "packages/deployment/src/bundle-functions.ts");
  await Promise.all([installPlatform(), promisify(execFile)(process.execPath, [program])]);
}
