import colors from "picocolors";
import type { Result } from "./run.ts";

/** A table of the results, what differs under each, and a last line that counts. */
export function reportText(results: readonly Result[], tookMs: number): string {
  const width = Math.max(...results.map(({ scenario }) => scenario.name.length));
  const lines = results.flatMap((result) => [rowOf(result, width), ...differencesOf(result)]);
  const failed = results.filter(({ differences }) => differences.length > 0).length;
  const seconds = (tookMs / 1_000).toFixed(1);
  const summary = `${results.length - failed} of ${results.length} scenarios passed in ${seconds} s.`;
  const last = failed === 0 ? colors.green(summary) : colors.red(`${summary} ${failed} failed.`);
  return [...lines, "", last].join("\n");
}

function rowOf({ file, scenario, differences, tookMs }: Result, width: number): string {
  const mark = differences.length === 0 ? colors.green("ok  ") : colors.red("FAIL");
  const time = `${Math.round(tookMs)} ms`.padStart(8);
  return `${mark}  ${scenario.name.padEnd(width)}  ${colors.dim(`${time}  ${file}`)}`;
}

function differencesOf({ differences }: Result): string[] {
  return differences.map(({ at, problem }) => `        ${at}: ${problem}`);
}
