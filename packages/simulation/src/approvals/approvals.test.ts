import { describe, expect, it } from "vitest";
import { recordTrace } from "../trace.ts";
import { runApprovalCampaign } from "./campaign.ts";
import { runApprovals } from "./run.ts";
import { createApprovalScenario } from "./scenario.ts";

const SEEDS = 500;

describe("approvals in a world that fails", () => {
  it(`break no invariant in ${SEEDS} seeds`, async () => {
    const { checked, failure } = await runApprovalCampaign(1, SEEDS);
    expect(failure?.violation.message, `seed ${failure?.seed}`).toBeUndefined();
    expect([...checked.keys()].sort()).toEqual([17, 18, 19, 20]);
  });

  it.each([3, 44])("run seed %i the same way every time", async (seed) => {
    const traceOf = async () => {
      const trace = recordTrace();
      await runApprovals(createApprovalScenario(seed), trace.traceAt);
      return trace.lines;
    };
    const first = await traceOf();
    expect(first.length).toBeGreaterThan(10);
    expect(await traceOf()).toEqual(first);
  });
});
