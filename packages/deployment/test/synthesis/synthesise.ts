import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { type Edit, planted } from "./planted.ts";
import { PLATFORM, ROOT } from "./platform.ts";
import { productionSettings } from "./production-settings.ts";
import { startRpcServer } from "./rpc-server.ts";
import { Synthesis } from "./synthesis.ts";

const run = promisify(execFile);

/** A synthesised stage. */
export interface Stage {
  readonly synthesis: Synthesis;
  /** The archives that would be uploaded, by the function's name. */
  readonly uploads: ReadonlyMap<string, Buffer>;
}

export interface SynthesisOptions {
  readonly stage: string;
  /** Settings as the deploying person would set them; in production beside those of `docs/deploy.md`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Bundles the functions anew, as a deployment does; else those of `setup.ts` are taken. */
  readonly bundleAnew?: boolean;
  /** Changes of the sources, to see whether the proof notices. */
  readonly edits?: readonly Edit[];
}

const BUNDLED_BEFORE: Edit = {
  file: "stacks/bundles.ts",
  from: "if ($dev) return {};",
  to: "return FOLDERS;",
};

/** What would be asked of AWS for a stage. Throws with SST's own words when a stage cannot be built. */
export async function synthesise({
  stage,
  environment = {},
  bundleAnew = false,
  edits = [],
}: SynthesisOptions): Promise<Stage> {
  const work = await mkdtemp(join(tmpdir(), "autonomy-synthesis-"));
  // Node resolves Pulumi and SST's own dependencies from where the program lies.
  const program = join(PLATFORM, `synthesis-${process.pid}-${crypto.randomUUID()}.mjs`);
  const rpc = await startRpcServer();
  try {
    const settings = stage === "production" ? await productionSettings() : {};
    await bundleProgram(program, bundleAnew ? edits : [BUNDLED_BEFORE, ...edits]);
    const resultFile = join(work, "result.json");
    const paths = { home: work, root: ROOT, work, platform: PLATFORM };
    const job = JSON.stringify({ stage, paths, resultFile });
    await run(process.execPath, [program, job], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, SST_SERVER: rpc.url, ...settings, ...environment },
    });
    return {
      synthesis: Synthesis.parse(JSON.parse(await readFile(resultFile, "utf8"))),
      uploads: await readUploads(join(work, "artifacts")),
    };
  } finally {
    await Promise.all([
      rpc.close(),
      rm(program, { force: true }),
      rm(work, { recursive: true, force: true }),
    ]);
  }
}

/** SST leaves each archive in a folder with the function's name. */
async function readUploads(folder: string): Promise<Map<string, Buffer>> {
  const uploads = new Map<string, Buffer>();
  for (const name of await readdir(folder)) {
    uploads.set(name, await readFile(join(folder, name, "code.zip")));
  }
  return uploads;
}

/** As SST 4.17.1 bundles a configuration, but for the names it would define in the text. */
async function bundleProgram(outfile: string, edits: readonly Edit[]): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["stacks/synthesis/program.ts"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    alias: { "sst-platform": join(PLATFORM, "src") },
    inject: [join(PLATFORM, "src/shim/run.js")],
    define: { $app: "globalThis.$app", $cli: "globalThis.$cli", $dev: "globalThis.$dev" },
    external: [
      "@pulumi/*",
      "@aws-sdk/*",
      "@pulumiverse/*",
      "esbuild",
      "archiver",
      "glob",
      "undici",
      "vite",
    ],
    banner: {
      js: [
        'import { createRequire as createProgramRequire } from "node:module";',
        "const require = createProgramRequire(import.meta.url);",
        "const __dirname = import.meta.dirname;",
        // Some components look at it as soon as they are loaded.
        "globalThis.$app = {};",
      ].join(""),
    },
    plugins: [planted(edits)],
    logLevel: "silent",
  });
}
