import { join } from "node:path";
import { defineConfig } from "vitest/config";

const ROOT = import.meta.dirname;

/** One run's properties are the next one's: a failure seen is a failure that comes again. */
const SEEDED = { setupFiles: join(ROOT, "fast-check.setup.ts") };

/** Files share a worker's modules: nothing in these packages is kept between tests, and each file starts faster. */
const SHARED = { ...SEEDED, isolate: false };

const BESIDE_AND_APART = "{src,test}/**/*.test.ts";
const APART = "test/**/*.test.ts";

/** Time limits only end what hangs: machines are shared, and slowness is no failure. */
function project(name: string, root: string, include: string, settings: object = {}) {
  return {
    test: {
      name,
      root: join(ROOT, root),
      include: [include],
      testTimeout: 300_000,
      hookTimeout: 300_000,
      ...settings,
    },
  };
}

/** Vitest 5 does not look for this name: scripts pass it with --config, and vitest.config.ts hands it to editors. */
export default defineConfig({
  test: {
    // By default one processor is left free: of two, half the machine.
    maxWorkers: "100%",
    projects: [
      project("core", "packages/core", BESIDE_AND_APART, SHARED),
      project("consumers", "packages/consumers", BESIDE_AND_APART, SHARED),
      project("admin", "packages/admin", BESIDE_AND_APART, SEEDED),
      project("local", "packages/local", BESIDE_AND_APART, SEEDED),
      project("contracts", "packages/contracts", APART, SEEDED),
      project("simulation", "packages/simulation", BESIDE_AND_APART, SEEDED),
      project("conformance", "packages/conformance", APART),
      project("examples", "examples", "**/*.test.ts"),
      project("deployment", "packages/deployment", APART, {
        globalSetup: join(ROOT, "packages/deployment/test/setup.ts"),
        maxConcurrency: 2,
      }),
      project("bench", "bench", APART),
    ],
  },
});
