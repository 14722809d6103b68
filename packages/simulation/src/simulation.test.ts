import { describe, expect, it } from "vitest";
import { runBurst } from "./burst.ts";
import { runCampaign } from "./campaign.ts";
import { runCrowd } from "./crowd.ts";
import { ALL_FAULTS, MOMENTS } from "./faults.ts";
import { AT_PORTS, runScenario } from "./run.ts";
import { createScenario } from "./scenario/create.ts";
import { underTheSdk } from "./sdk/clients.ts";
import { recordTrace } from "./trace.ts";

const SEEDS_AT_PORTS = 2_000;
const SEEDS_UNDER_THE_SDK = 60;

describe("the gate in a world that fails", () => {
  it(`breaks no invariant in ${SEEDS_AT_PORTS} seeds at the ports, all faults among them`, async () => {
    const { tally, failure } = await runCampaign({
      firstSeed: 1,
      seeds: SEEDS_AT_PORTS,
      wishes: {},
      level: AT_PORTS,
    });
    expect(failure?.violation.message, `seed ${failure?.scenario.seed}`).toBeUndefined();
    expect(ALL_FAULTS.filter((fault) => !tally.faults.has(fault))).toEqual([]);
    expect(MOMENTS.filter((moment) => !tally.moments.has(moment))).toEqual([]);
    expect([...tally.checked.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 16 }, (_, index) => index + 1),
    );
  });

  it(`breaks no invariant in ${SEEDS_UNDER_THE_SDK} seeds under the SDK's clients`, async () => {
    const { failure } = await runCampaign({
      firstSeed: 1,
      seeds: SEEDS_UNDER_THE_SDK,
      wishes: {},
      level: underTheSdk(),
    });
    expect(failure?.violation.message, `seed ${failure?.scenario.seed}`).toBeUndefined();
  });

  it("commits nothing automatic after an account's stop was acknowledged", async () => {
    const { failure } = await runCampaign({
      firstSeed: 1,
      seeds: 200,
      wishes: { profile: "stop-race" },
    });
    expect(failure?.violation.message, `seed ${failure?.scenario.seed}`).toBeUndefined();
  });

  it("approves exactly the limit in a burst on one account, and then costs no transactions", async () => {
    const report = await runBurst({ intents: 2_000, limit: 100, workers: 32, seed: 1 });
    expect(report.violation).toBeUndefined();
    expect(report.automatic).toBe(100);
    expect(report.decisions).toBe(2_000);
    expect(report.puts).toBe(1_900);
    expect(report.transactionsOnSpentBudget).toBe(0);
  });

  it("lets exactly a tenant's ceiling of 37 run over 200 accounts and 64 workers", async () => {
    const report = await runCrowd({
      intents: 600,
      accounts: 200,
      workers: 64,
      ceiling: 37,
      seed: 1,
    });
    expect(report.violation).toBeUndefined();
    expect([report.automatic, report.decisions]).toEqual([37, 600]);
  });

  it.each([7, 20, 107])("runs seed %i the same way every time", async (seed) => {
    const traceOf = async () => {
      const trace = recordTrace();
      await runScenario(createScenario(seed), { traceAt: trace.traceAt });
      return trace.lines;
    };
    const first = await traceOf();
    expect(first.length).toBeGreaterThan(10);
    expect(await traceOf()).toEqual(first);
  });
});
