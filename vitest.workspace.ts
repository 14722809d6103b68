import { defineConfig } from "vitest/config";

/** Vitest 5 does not look for this name: scripts pass it with --config, and vitest.config.ts hands it to editors. */
export default defineConfig({
  test: {
    projects: [
      // Properties of 10,000 runs take seconds on a busy machine; slowness there is no failure.
      {
        test: {
          name: "core",
          root: "packages/core",
          include: ["{src,test}/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "consumers",
          root: "packages/consumers",
          include: ["{src,test}/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "admin",
          root: "packages/admin",
          include: ["{src,test}/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: "contracts", root: "packages/contracts", include: ["test/**/*.test.ts"] } },
      {
        test: {
          name: "examples",
          root: "examples",
          include: ["**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "conformance",
          root: "packages/conformance",
          include: ["test/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "simulation",
          root: "packages/simulation",
          include: ["{src,test}/**/*.test.ts"],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: "deployment",
          root: "packages/deployment",
          include: ["test/**/*.test.ts"],
          globalSetup: `${import.meta.dirname}/packages/deployment/test/setup.ts`,
          maxConcurrency: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "local",
          root: "packages/local",
          include: ["{src,test}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "bench",
          root: "bench",
          include: ["test/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
