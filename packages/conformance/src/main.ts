import { join, resolve } from "node:path";
import { readStackFile } from "@autonomy-gate/local/stack-file";
import { Command } from "commander";
import { reportText } from "./report.ts";
import { runConformance } from "./run.ts";
import { readScenarios } from "./scenario.ts";

const SCENARIOS = join(import.meta.dirname, "../../../conformance/scenarios");

/** `pnpm conformance --stack FILE`: exits 0 when every scenario passes. */
await new Command("conformance")
  .description("Checks a running implementation against the contract, through its AWS endpoints.")
  .requiredOption("--stack <file>", "the file that describes the running stack")
  .option("--scenarios <folder>", "where the scenarios are", SCENARIOS)
  .action(async ({ stack, scenarios }: { stack: string; scenarios: string }) => {
    const startedAtMs = performance.now();
    try {
      const filed = await readScenarios(resolve(scenarios));
      const results = await runConformance(filed, await readStackFile(resolve(stack)));
      process.stdout.write(`${reportText(results, performance.now() - startedAtMs)}\n`);
      const leftOut = filed.length - results.length;
      if (leftOut > 0) {
        process.stdout.write(`${leftOut} left out: the stack file names no admin API.\n`);
      }
      if (results.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  })
  .parseAsync();
