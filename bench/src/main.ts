import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { Command } from "commander";
import { ROOT } from "./load/bundles.ts";
import { measureAll } from "./measure.ts";
import { readMachine } from "./report/machine.ts";
import { headline, performancePage } from "./report/page.ts";

/** `pnpm bench`: nothing is measured or written before the arguments are known to be right. */
await new Command("bench")
  .description(
    "Measures everything, prints one table and writes docs/performance.md and .json. Takes no options.",
  )
  .action(async () => {
    const machine = await readMachine();
    const figures = await measureAll((what) => process.stderr.write(`measuring ${what}\n`));
    const docs = join(ROOT, "docs");
    await writeFile(join(docs, "performance.md"), performancePage(machine, figures));
    await writeFile(
      join(docs, "performance.json"),
      `${JSON.stringify({ machine, figures }, null, 2)}\n`,
    );
    process.stdout.write(`${headline(figures)}\n`);
  })
  .parseAsync();
