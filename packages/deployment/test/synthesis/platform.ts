import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";

/** The repository. */
export const ROOT = join(import.meta.dirname, "../../../..");

/** SST's components and Pulumi, as `sst install` writes them. */
export const PLATFORM = join(ROOT, ".sst/platform");

const Manifest = z.object({ version: z.string() });

const run = promisify(execFile);

/**
 * Installs SST's platform when it is not there in the pinned version: half a minute and 323 MB from
 * the npm registry, once a checkout, all of it in `.sst/`, which git does not see.
 */
export async function installPlatform(): Promise<void> {
  const { version } = Manifest.parse(
    JSON.parse(await readFile(join(ROOT, "node_modules/sst/package.json"), "utf8")),
  );
  if (await isInstalled(version)) return;
  const logs = await mkdtemp(join(tmpdir(), "sst-install-"));
  await run(join(ROOT, "node_modules/.bin/sst"), ["install", "--stage", "synthesis"], {
    cwd: ROOT,
    env: {
      ...process.env,
      // Neither an engine nor Bun is needed to read SST's components.
      SST_SKIP_DEPENDENCY_CHECK: "1",
      NO_BUN: "1",
      SST_TELEMETRY_DISABLED: "1",
      // It leaves its log behind; here that goes with the folder.
      TMPDIR: logs,
    },
  });
  await rm(logs, { recursive: true });
  if (!(await isInstalled(version))) {
    throw new Error(`sst install left no platform ${version} in ${PLATFORM}.`);
  }
}

async function isInstalled(version: string): Promise<boolean> {
  const [installed] = await Promise.all([
    readFile(join(PLATFORM, "version"), "utf8"),
    readFile(join(PLATFORM, "node_modules/@pulumi/aws/package.json")),
    readFile(join(PLATFORM, "config.d.ts")),
  ]).catch(() => [undefined]);
  return installed?.trim() === version;
}
