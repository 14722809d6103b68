import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "./synthesis/platform.ts";

/** A configuration that says what it sees, and ends there: nothing is installed, no network is used. */
const CONFIG = `export default $config({
  app: ({ stage }) => {
    throw new Error(\`sees \${process.env.AUTONOMY_IN_FILE}, \${process.env.AUTONOMY_IN_BOTH}, \${process.env.AUTONOMY_IN_SHELL}.\`);
  },
  run: async () => {},
});
`;

test.each([
  ["production", "sees file, file, shell."],
  ["ada", "sees undefined, shell, shell."],
])("SST reads .env.production for that stage alone, before the shell: %s", async (stage, seen) => {
  const folder = await mkdtemp(join(tmpdir(), "autonomy-env-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "logs"));
  await writeFile(join(folder, "package.json"), "{}");
  await writeFile(join(folder, "sst.config.ts"), CONFIG);
  await writeFile(
    join(folder, ".env.production"),
    "AUTONOMY_IN_FILE=file\nAUTONOMY_IN_BOTH=file\n",
  );

  const sst = spawn(
    join(ROOT, "node_modules/.bin/sst"),
    ["install", "--stage", stage, "--print-logs"],
    {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        TMPDIR: join(folder, "logs"),
        SST_SKIP_DEPENDENCY_CHECK: "1",
        NO_BUN: "1",
        SST_TELEMETRY_DISABLED: "1",
        AUTONOMY_IN_BOTH: "shell",
        AUTONOMY_IN_SHELL: "shell",
      },
    },
  );
  const output = await Promise.all([text(sst.stdout), text(sst.stderr)]);

  expect(output.join("\n")).toContain(seen);
});
