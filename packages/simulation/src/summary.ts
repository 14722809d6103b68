import pc from "picocolors";
import type { Failure, Tally } from "./campaign.ts";
import type { Violation } from "./checks/evidence.ts";
import { ALL_FAULTS, FAULTS, MOMENTS } from "./faults.ts";
import type { Hunt } from "./mutants/hunt.ts";
import type { Shrunk } from "./shrink.ts";

export interface Timing {
  readonly wallMs: number;
  /** Of this process alone: what one core would have taken. */
  readonly cpuMs: number;
}

/** What a campaign came to, as a table. */
export function summaryText(tally: Tally, { wallMs, cpuMs }: Timing): string {
  const perMinute = (ms: number) => Math.round((tally.runs / ms) * 60_000).toLocaleString("en");
  const faults = ALL_FAULTS.map((id) => {
    const hits = tally.faults.get(id) ?? 0;
    const line = `  ${id.padEnd(4)} ${FAULTS[id].padEnd(46)} ${number(hits)}`;
    return hits === 0 ? pc.dim(line) : line;
  });
  const invariants = [...tally.checked].sort(([a], [b]) => a - b);
  return [
    pc.bold("runs"),
    `  seeds ${number(tally.runs)}, decisions ${number(tally.decisions)}, automatic ${number(tally.automatic)}`,
    `  ${perMinute(wallMs)} seeds a minute, ${perMinute(cpuMs)} a minute of this process's own time`,
    pc.bold("faults hit"),
    ...faults,
    `  ${MOMENTS.map((moment) => `${moment} ${number(tally.moments.get(moment) ?? 0)}`).join(", ")}`,
    pc.bold("invariants checked"),
    `  ${invariants.map(([id, count]) => `${id}: ${number(count)}`).join("  ")}`,
    pc.bold("tenant and global changes: longest time something automatic committed without them"),
    `  ${tally.wideLagToSendMs.toFixed(0)} ms up to the sending of the commit, ${tally.wideLagMs.toFixed(0)} ms with what the network delayed`,
  ].join("\n");
}

/** The same figures for other programs: several campaigns can be added up. */
export function summaryJson({ faults, moments, checked, ...rest }: Tally, timing: Timing): string {
  return JSON.stringify({
    ...rest,
    ...timing,
    faults: Object.fromEntries(faults),
    moments: Object.fromEntries(moments),
    checked: Object.fromEntries(checked),
  });
}

/** A failing seed: what is left of its scenario, and what happened. */
export function failureText(
  { scenario, violation }: Failure,
  shrunk: Shrunk,
  again: Violation | undefined,
  lines: readonly string[],
  flags: string,
): string {
  const { messages, ...rest } = shrunk.scenario;
  return [
    pc.red(`Invariant ${violation.invariant}: ${(again ?? violation).message}`),
    pc.bold(`scenario, with ${shrunk.strikes} strikes of faults`),
    ...messages.map(({ atMs, body }) => `  at ${atMs.toFixed(1)} ms  ${body.slice(0, 300)}`),
    `  ${JSON.stringify(rest)}`,
    pc.bold("trace"),
    ...lines,
    pc.bold("replay"),
    `  pnpm simulate --seed ${scenario.seed}${flags}`,
  ].join("\n");
}

export function huntLine({ name, killedBy, seeds, message = "" }: Hunt): string {
  const fate =
    killedBy === undefined
      ? pc.red(`survived ${seeds} seeds`)
      : pc.green(`invariant ${killedBy} at seed ${seeds}`);
  return `  ${name.padEnd(28)} ${fate.padEnd(40)} ${pc.dim(message.split("\n")[0]?.slice(0, 70) ?? "")}`;
}

function number(value: number): string {
  return value.toLocaleString("en").padStart(9).trimStart();
}
