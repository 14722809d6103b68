import process from "node:process";
import { Command, InvalidArgumentError } from "commander";
import { complain, errorText, say } from "../../src/cli/output.ts";
import { openWorkbench } from "../process-fixture.ts";
import { type ChaosSettings, runChaos } from "./chaos.ts";
import { verify } from "./verify.ts";

/** `pnpm soak`: the kill test in its long form, round after round, each with a seed of its own. */

interface Options extends ChaosSettings {
  readonly rounds: number;
}

async function soak({ rounds, seed, ...settings }: Options): Promise<void> {
  say(
    "seed  intents  decisions  automatic  events  days  kills  dead letters  seconds  violations",
  );
  for (let round = 0; round < rounds; round++) {
    await soakRound({ ...settings, seed: seed + round });
  }
}

async function soakRound(settings: ChaosSettings): Promise<void> {
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

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most} is needed.`);
  };
}

try {
  await new Command("soak")
    .description("Kills consumers at random moments, round after round, and checks what is left.")
    .option("--rounds <n>", "rounds to run", whole(1, 1_000_000), 5)
    .option("--seed <n>", "seed of the first round; each further one adds 1", whole(0, 2 ** 31), 1)
    .option("--consumers <n>", "consumer processes", whole(1, 16), 4)
    .option("--intents <n>", "intents a round", whole(1, 100_000), 5_000)
    .option("--kills <n>", "consumers killed a round", whole(1, 1_000), 40)
    .action(soak)
    .parseAsync();
} catch (error) {
  complain(errorText(error));
  process.exitCode = 1;
}
