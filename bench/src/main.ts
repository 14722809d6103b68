import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { ROOT } from "./load/bundles.ts";
import { measureAll } from "./measure.ts";
import { readMachine } from "./report/machine.ts";
import { checkMarkers, fillTables } from "./report/markers.ts";
import { goalTable, TABLE_NAMES, tablesOf } from "./report/tables.ts";

const PAGE = join(ROOT, "docs/performance.md");
const FIGURES = join(ROOT, "docs/performance.json");

/** `pnpm bench`: nothing is measured before the arguments and the page's markers are checked. */
await new Command("bench")
  .description(
    "Measures everything, prints the table of goals, and writes the tables of docs/performance.md and docs/performance.json. Takes no options.",
  )
  .action(async () => {
    checkMarkers(await readFile(PAGE, "utf8"), TABLE_NAMES);
    const machine = await readMachine();
    const figures = await measureAll((what) => process.stderr.write(`measuring ${what}\n`));
    const run = { machine, figures };
    await writeFile(FIGURES, `${JSON.stringify(run, null, 2)}\n`);
    await writeFile(PAGE, fillTables(await readFile(PAGE, "utf8"), tablesOf(run)));
    process.stdout.write(`${goalTable(run)}\n`);
  })
  .parseAsync();
