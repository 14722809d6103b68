import { Command } from "commander";
import * as z from "zod";
import { complain, say } from "../../src/cli/output.ts";
import { openWorkbench } from "../process-fixture.ts";
import { runChaos } from "./chaos.ts";
import { verify } from "./verify.ts";

/** `pnpm soak`: the kill test in its long form, round after round, each with a seed of its own. */

const Options = z.object({
  rounds: z.coerce.number().int().min(1),
  seed: z.coerce.number().int().min(0),
  consumers: z.coerce.number().int().min(1).max(16),
  intents: z.coerce.number().int().min(1).max(100_000),
  kills: z.coerce.number().int().min(1).max(1_000),
});

async function soak(input: unknown): Promise<void> {
  const { rounds, seed, ...settings } = Options.parse(input);
  say(
    "seed  intents  decisions  automatic  events  days  kills  dead letters  seconds  violations",
  );
  for (let round = 0; round < rounds; round++) {
    await soakRound({ ...settings, seed: seed + round });
  }
}

async function soakRound(settings: Parameters<typeof runChaos>[1]): Promise<void> {
  const startedAtMs = performance.now();
  const bench = await openWorkbench();
  try {
    const run = await runChaos(bench, settings);
    const { decisions, automatic, events, days, violations } = await verify(run);
    run.clients.destroy();
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
    const row = [settings.seed, settings.intents, decisions, automatic, events, days];
    const rest = [run.kills, run.redriven, seconds, violations.length];
    say([...row, ...rest].map((cell) => String(cell).padStart(4)).join("   "));
    for (const violation of violations) complain(`  ${violation}`);
    if (violations.length > 0) process.exitCode = 1;
  } finally {
    await bench.close();
  }
}

await new Command("soak")
  .option("--rounds <n>", "rounds to run", "5")
  .option("--seed <n>", "seed of the first round; each further one adds 1", "1")
  .option("--consumers <n>", "consumer processes", "4")
  .option("--intents <n>", "intents a round", "5000")
  .option("--kills <n>", "consumers killed a round", "40")
  .action(soak)
  .parseAsync(process.argv);
