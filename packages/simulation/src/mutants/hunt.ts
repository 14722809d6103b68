import process from "node:process";
import { ALL_MUTANTS } from "./list.ts";
import { plant } from "./plant.ts";

/** What came of hunting one mutant. */
export interface Hunt {
  readonly name: string;
  readonly killedBy?: number;
  readonly seed?: number;
  readonly seeds: number;
  readonly message?: string;
}

/** Entry of a process of its own: plants one mutant, then runs seeds until one sees it. */
async function main(name: string, seedsMax: number): Promise<Hunt> {
  const mutant = ALL_MUTANTS.find((known) => known.name === name);
  if (mutant === undefined) throw new Error(`There is no mutant ${name}.`);
  plant(mutant);
  const { hunt } = await import("./hunt-seeds.ts");
  return hunt(mutant, seedsMax);
}

const [, , name = "", seeds = "5000"] = process.argv;
Error.stackTraceLimit = 6;
process.stdout.write(`${JSON.stringify(await main(name, Number(seeds)))}\n`);
