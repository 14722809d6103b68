import process from "node:process";
import { Command, InvalidArgumentError, Option } from "commander";
import ora from "ora";
import pc from "picocolors";
import { runApprovalCampaign } from "./approvals/campaign.ts";
import { runApprovals } from "./approvals/run.ts";
import { createApprovalScenario } from "./approvals/scenario.ts";
import { runBurst } from "./burst.ts";
import { type Failure, runCampaign } from "./campaign.ts";
import { runCrowd } from "./crowd.ts";
import { type FaultId, isFaultId } from "./faults.ts";
import { huntAll } from "./mutants/hunt-all.ts";
import { ALL_MUTANTS } from "./mutants/list.ts";
import { AT_PORTS, runScenario } from "./run.ts";
import { createScenario, type ScenarioWishes } from "./scenario/create.ts";
import { PROFILES, type Profile } from "./scenario/scenario.ts";
import { underTheSdk } from "./sdk/clients.ts";
import { shrink } from "./shrink.ts";
import { failureText, huntLine, summaryJson, summaryText } from "./summary.ts";
import { recordTrace } from "./trace.ts";
import type { Level } from "./world.ts";

interface CliOptions {
  readonly seeds: number;
  readonly seed?: number;
  readonly first: number;
  readonly fault?: FaultId[];
  readonly profile?: Profile;
  readonly sdk?: true;
  readonly mutants?: true;
  readonly mutant?: string[];
  readonly trace?: true;
  readonly burst?: true;
  readonly approvals?: true;
  readonly crowd?: true;
  readonly json?: true;
}

/** What says what happens in a run: a hunt and a burst settle that themselves. */
const OF_A_RUN = ["first", "fault", "profile", "sdk", "trace", "json"];

const MUTANT_NAMES = ALL_MUTANTS.map(({ name }) => name);

const program = new Command("simulate")
  .description("Runs the gate in a simulated world that fails, one seed after another.")
  .option(
    "--seeds <n>",
    "how many seeds to run, or the most a mutant is hunted with",
    atLeast(1),
    2_000,
  )
  .option("--first <n>", "the first seed", atLeast(0), 1)
  .addOption(
    new Option("--seed <s>", "run this one seed")
      .argParser(atLeast(0))
      .conflicts(["seeds", "first"]),
  )
  .option("--fault <id>", "only these faults, F1 to F35 (may be repeated)", fault)
  .addOption(new Option("--profile <name>", "what the runs are about").choices(PROFILES))
  .option("--sdk", "run the real adapters under the AWS SDK's clients")
  .option("--trace", "with --seed: print the trace of a run that does not fail, too")
  .option("--json", "print the figures as JSON")
  .addOption(
    new Option("--approvals", "run approvals instead: votes, openings, stops and sweeps").conflicts(
      ["fault", "profile", "sdk", "json", "burst"],
    ),
  )
  .addOption(
    new Option(
      "--burst",
      "send 10,000 intents to one account with a limit of 100, 32 workers",
    ).conflicts([...OF_A_RUN, "seeds"]),
  )
  .addOption(
    new Option(
      "--crowd",
      "send 10,000 intents to 1,000 accounts of a tenant with a ceiling, 32 workers",
    ).conflicts([...OF_A_RUN, "seeds", "burst"]),
  )
  .addOption(
    new Option("--mutants", "plant every bug of the list and hunt it").conflicts([
      ...OF_A_RUN,
      "seed",
      "burst",
    ]),
  )
  .addOption(
    new Option("--mutant <name...>", "hunt only these bugs")
      .choices(MUTANT_NAMES)
      .conflicts([...OF_A_RUN, "seed", "burst", "mutants"]),
  );

await main(program.parse().opts<CliOptions>());

async function main(options: CliOptions): Promise<void> {
  Error.stackTraceLimit = 0;
  if (options.trace === true && options.seed === undefined) {
    program.error("error: option '--trace' needs option '--seed <s>'");
  }
  if (options.mutants === true || options.mutant !== undefined) return hunt(options);
  if (options.burst === true) return burst(options.seed ?? 1);
  if (options.approvals === true) return approvals(options);
  if (options.crowd === true) return crowd(options.seed ?? 1);
  await campaign(options);
}

async function campaign(options: CliOptions): Promise<void> {
  const { seed, first, json, trace } = options;
  const seeds = seed === undefined ? options.seeds : 1;
  const wishes = wishesOf(options);
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const spinner = ora({ text: `0 of ${seeds} seeds`, stream: process.stderr }).start();
  const { tally, failure } = await runCampaign({
    firstSeed: seed ?? first,
    seeds,
    wishes,
    level: levelOf(options),
    onRun: (runs) => {
      if (runs % 100 !== 0) return;
      const perMinute = (runs / (performance.now() - startedMs)) * 60_000;
      spinner.text = `${runs} of ${seeds} seeds, ${Math.round(perMinute)} a minute`;
    },
  });
  const { user, system } = process.cpuUsage(cpu);
  const timing = { wallMs: performance.now() - startedMs, cpuMs: (user + system) / 1_000 };
  if (failure === undefined) spinner.succeed(`${tally.runs} seeds, no invariant broken`);
  else spinner.fail(brokenText(failure));
  const text = json === true ? summaryJson(tally, timing) : summaryText(tally, timing);
  process.stdout.write(`${text}\n`);
  if (failure !== undefined) await explain(failure, options);
  else if (seed !== undefined && trace === true) await printTrace(seed, options);
}

function brokenText({ scenario, violation }: Failure): string {
  return `Seed ${scenario.seed} breaks invariant ${violation.invariant}`;
}

function levelOf({ sdk }: CliOptions): Level {
  return sdk === true ? underTheSdk() : AT_PORTS;
}

function wishesOf({ profile, fault: faults }: CliOptions): ScenarioWishes {
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(faults === undefined ? {} : { faults }),
  };
}

/** Shrinks a failing run and prints what is left of it. */
async function explain(failure: Failure, options: CliOptions): Promise<void> {
  process.exitCode = 1;
  const level = levelOf(options);
  const spinner = ora({ text: "shrinking", stream: process.stderr }).start();
  const shrunk = await shrink(failure, { level });
  spinner.succeed(`shrunk in ${shrunk.runs} runs`);
  const trace = recordTrace();
  const { violation } = await runScenario(shrunk.scenario, {
    level,
    isLet: shrunk.isLet,
    traceAt: trace.traceAt,
  });
  process.stdout.write(
    `${failureText(failure, shrunk, violation, trace.lines, flagsOf(options))}\n`,
  );
}

async function approvals({ seed, first, seeds, trace }: CliOptions): Promise<void> {
  const count = seed === undefined ? seeds : 1;
  const { checked, failure } = await runApprovalCampaign(seed ?? first, count);
  const checks = [...checked].map(([invariant, times]) => `${invariant}: ${times}`).join(", ");
  process.stdout.write(`${count} seeds of approvals; checks by invariant: ${checks}\n`);
  if (failure !== undefined) {
    process.exitCode = 1;
    const { invariant, message } = failure.violation;
    process.stdout.write(`Seed ${failure.seed} breaks invariant ${invariant}: ${message}\n`);
  }
  if (failure === undefined && trace !== true) return;
  const recorded = recordTrace();
  await runApprovals(createApprovalScenario(failure?.seed ?? seed ?? first), recorded.traceAt);
  process.stdout.write(`${recorded.lines.join("\n")}\n`);
}

async function burst(seed: number): Promise<void> {
  const report = await runBurst({ intents: 10_000, limit: 100, workers: 32, seed });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (report.violation !== undefined || report.automatic !== 100) process.exitCode = 1;
}

async function crowd(seed: number): Promise<void> {
  const settings = { intents: 10_000, accounts: 1_000, workers: 32, ceiling: 1_000_000, seed };
  const report = await runCrowd(settings);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (report.violation !== undefined || report.automatic !== settings.intents) process.exitCode = 1;
}

/** What has to be given again, beside the seed, for the same run. */
function flagsOf({ profile, fault: faults = [], sdk }: CliOptions): string {
  return [
    ...(profile === undefined ? [] : [` --profile ${profile}`]),
    ...faults.map((id) => ` --fault ${id}`),
    ...(sdk === true ? [" --sdk"] : []),
  ].join("");
}

async function printTrace(seed: number, options: CliOptions): Promise<void> {
  const trace = recordTrace();
  const scenario = createScenario(seed, wishesOf(options));
  await runScenario(scenario, { level: levelOf(options), traceAt: trace.traceAt });
  process.stdout.write(`${trace.lines.join("\n")}\n`);
}

async function hunt({ mutant, seeds }: CliOptions): Promise<void> {
  const known = ALL_MUTANTS.filter(({ name }) => mutant === undefined || mutant.includes(name));
  const wanted = known.filter(({ equivalent }) => equivalent === undefined);
  const seedsMax = program.getOptionValueSource("seeds") === "default" ? 5_000 : seeds;
  const spinner = ora({ text: `0 of ${wanted.length} mutants`, stream: process.stderr }).start();
  let killed = 0;
  let hunted = 0;
  for await (const found of huntAll(wanted, seedsMax)) {
    hunted += 1;
    if (found.killedBy !== undefined) killed += 1;
    spinner.clear();
    process.stdout.write(`${huntLine(found)}\n`);
    spinner.text = `${hunted} of ${wanted.length} mutants`;
  }
  spinner.stop();
  for (const { name, equivalent } of known) {
    if (equivalent !== undefined)
      process.stdout.write(`  ${name.padEnd(28)} equivalent: ${equivalent}\n`);
  }
  if (wanted.length === 0) return;
  const text = `${killed} of ${wanted.length} mutants killed within ${seedsMax} seeds each`;
  process.stdout.write(`${killed === wanted.length ? pc.green(text) : pc.red(text)}\n`);
  if (killed < wanted.length) process.exitCode = 1;
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`A whole number from ${least} is needed.`);
  };
}

function fault(text: string, before: FaultId[] = []): FaultId[] {
  const id = text.toUpperCase();
  if (isFaultId(id)) return [...before, id];
  throw new InvalidArgumentError("A fault is F1 to F35.");
}
