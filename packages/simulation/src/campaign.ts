import { decidedIntent, Violation } from "./checks/evidence.ts";
import type { FaultId, Moment } from "./faults.ts";
import { type RunOptions, type RunReport, runScenario } from "./run.ts";
import { createScenario, type ScenarioWishes } from "./scenario/create.ts";
import type { Scenario } from "./scenario/scenario.ts";

/** What many runs came to. */
export interface Tally {
  runs: number;
  readonly faults: Map<FaultId, number>;
  readonly moments: Map<Moment, number>;
  readonly checked: Map<number, number>;
  decisions: number;
  automatic: number;
  /** Longest lag of a tenant's or global change, up to the commit and up to its sending. */
  wideLagMs: number;
  wideLagToSendMs: number;
}

export interface Failure {
  readonly scenario: Scenario;
  readonly violation: Violation;
}

export interface CampaignSettings extends RunOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly wishes: ScenarioWishes;
  readonly onRun?: (runs: number) => void;
}

/** Runs seed after seed, to the last or to the first broken invariant. */
export async function runCampaign(
  settings: CampaignSettings,
): Promise<{ tally: Tally; failure?: Failure }> {
  const tally = emptyTally();
  for (let index = 0; index < settings.seeds; index++) {
    const scenario = createScenario(settings.firstSeed + index, settings.wishes);
    const report = await runScenario(scenario, settings);
    add(tally, report);
    if (report.violation !== undefined) {
      return { tally, failure: { scenario, violation: report.violation } };
    }
    if (scenario.profile === "calm") {
      const violation = await differsAlone(scenario, report, settings);
      if (violation !== undefined) return { tally, failure: { scenario, violation } };
    }
    settings.onRun?.(tally.runs);
  }
  return { tally };
}

/** 8 once more: without faults, each message in a batch of its own has the same decision. */
async function differsAlone(
  scenario: Scenario,
  { evidence }: RunReport,
  options: RunOptions,
): Promise<Violation | undefined> {
  const alone = await runScenario({ ...scenario, batchSize: 1 }, options);
  if (alone.violation !== undefined) return alone.violation;
  for (const [key, record] of evidence.decisions) {
    const other = alone.evidence.decisions.get(key);
    const sameWhatever = record.reason !== "BUDGET_EXHAUSTED" && record.decision !== "AUTO_EXECUTE";
    // Alone it is decided a little later, and may have expired meanwhile.
    if (decidedIntent(evidence, record)?.content.data.expires_at !== undefined) continue;
    const samePayload = other?.fingerprint === record.fingerprint;
    if (sameWhatever && samePayload && other?.reason !== record.reason) {
      const message = `${key} is ${record.reason} in company and ${other?.reason} alone`;
      return new Violation(8, message);
    }
  }
  return undefined;
}

function emptyTally(): Tally {
  return {
    runs: 0,
    faults: new Map(),
    moments: new Map(),
    checked: new Map(),
    decisions: 0,
    automatic: 0,
    wideLagMs: 0,
    wideLagToSendMs: 0,
  };
}

function add(tally: Tally, { tally: faults, checked, measured }: RunReport): void {
  tally.runs += 1;
  addAll(tally.faults, faults.byFault);
  addAll(tally.moments, faults.byMoment);
  addAll(tally.checked, checked);
  tally.decisions += measured.decisions;
  tally.automatic += measured.automatic;
  tally.wideLagMs = Math.max(tally.wideLagMs, measured.wideLagMs);
  tally.wideLagToSendMs = Math.max(tally.wideLagToSendMs, measured.wideLagToSendMs);
}

function addAll<K>(sums: Map<K, number>, more: ReadonlyMap<K, number>): void {
  for (const [key, count] of more) sums.set(key, (sums.get(key) ?? 0) + count);
}
