import { join } from "node:path";
import { LimitedBy } from "@autonomy-gate/core/budget";
import { AutonomyMode, ModeSource } from "@autonomy-gate/core/configuration";
import { AutoApprovalDecision, Reason } from "@autonomy-gate/core/policy";
import { QUARANTINE_CODES } from "@autonomy-gate/core/ports";
import { describe, expect, test } from "vitest";
import { reportText } from "../src/report.ts";
import { type Result, runConformance } from "../src/run.ts";
import { type FiledScenario, readScenarios } from "../src/scenario.ts";
import { repeatingReceives } from "./repeating-sqs.ts";
import { aBrokenGate, aRunningGate, closedAfterwards, type Fault } from "./running-gate.ts";

const scenarios = await readScenarios(join(import.meta.dirname, "../../../conformance/scenarios"));

describe("the gate of this repository keeps to the contract", () => {
  test("in every scenario, twice on the same tables, each time within 60 s", async () => {
    const stack = await aRunningGate();
    for (const _ of ["first", "second"]) {
      const startedAtMs = performance.now();
      const results = await runConformance(scenarios, stack);
      expect(failuresIn(results)).toEqual([]);
      expect(results).toHaveLength(scenarios.length);
      expect(performance.now() - startedAtMs).toBeLessThan(60_000);
    }
  });

  test("and on a second stack, with fresh tables", async () => {
    const results = await runConformance(scenarios, await aRunningGate());
    expect(failuresIn(results)).toEqual([]);
  });
});

/** An implementation with one fault, and the scenarios that have to notice. */
describe("an implementation that does not is named, with the scenario and the place:", () => {
  test.each<[string, Fault, string, string]>([
    [
      "another reason code",
      rewriting('"CONFIDENCE_INVALID"', '"CONFIDENCE_MISSING"'),
      "87 is not taken for 0.87",
      'outcomes.a.reason: expected "CONFIDENCE_INVALID", found "CONFIDENCE_MISSING"',
    ],
    [
      "a number in an explanation rounded",
      rewriting("Confidence 0.699 is", "Confidence 0.70 is"),
      "A confidence just below the minimum is not rounded up",
      "outcomes.a.explanation: does not say 0.699: Confidence 0.70 is below",
    ],
    [
      "a unit too many counted",
      ({ store }) => ({
        store: {
          ...store,
          recordClaims: (records, writes) =>
            store.recordClaims(
              records,
              writes.map((write) => ({
                ...write,
                additions: new Map([...write.additions, ["count", { units: 2, ceiling: 100 }]]),
              })),
            ),
        },
      }),
      "A confident intent of low risk runs by itself, with everything said about it",
      "budget_state.count: expected 1, found 2",
    ],
    [
      "another detail-type",
      ({ bus }) => ({
        bus: {
          publish: (outcomes) =>
            bus.publish(outcomes.map((each) => ({ ...each, detailType: "ActionAutoApproved" }))),
        },
      }),
      "DISABLED blocks, and no approval may override it",
      'outcomes.a detail-type: expected "ActionBlocked", found "ActionAutoApproved"',
    ],
    [
      "what is published is not what is recorded",
      rewriting('"executable_after_approval":true', '"executable_after_approval":false'),
      "APPROVAL_REQUIRED asks a person, as the tenant's policy",
      "ledger against outcome a.executable_after_approval: expected true, found false",
    ],
  ])("%s", async (_, fault, name, difference) => {
    const results = await runConformance(scenariosNamed(name), await aBrokenGate(fault));
    expect(failuresIn(results)).toEqual([name]);
    const report = reportText(results, 0);
    expect(report).toMatch(new RegExp(`FAIL.*${escaped(name)}`));
    expect(report).toContain(difference);
    expect(report).toContain("1 failed.");
  });

  test("an answer that never comes", async () => {
    const silent: Fault = ({ bus }) => ({
      bus: {
        publish: (outcomes) => {
          const others = outcomes.filter(({ detail }) => !detail.includes('"DISABLED"'));
          return bus.publish(others).then((done) => outcomes.map((_, i) => done[i] ?? ACCEPTED));
        },
      },
    });
    const [name] = ["DISABLED blocks, and no approval may override it"];
    const results = await runConformance(scenariosNamed(name), await aBrokenGate(silent), 1_000);
    expect(results[0]?.differences).toEqual([
      { at: "when", problem: "no outcome came within 1000 ms for: a" },
    ]);
  });

  test("an answer that nobody asked for, even when it comes late", async () => {
    const name = "An intent of another schema version is put aside";
    const again: Fault = ({ bus }) => ({
      quarantine: {
        put: async (messages) => {
          const { body = "" } = messages[0] ?? {};
          await bus.publish([outcomeFor(JSON.parse(body).detail.data)]);
          return messages.map(() => ACCEPTED);
        },
      },
    });
    const results = await runConformance(scenariosNamed(name), await aBrokenGate(again), 1_000);
    expect(failuresIn(results)).toEqual([name]);
  });
});

describe("with an SQS that delivers every message twice", () => {
  const republished = "An intent published twice is decided once and answered twice the same";

  test("OUT-15: a gate that keeps to the contract passes, quarantine included", async () => {
    const names = [republished, "The same id with other data is put aside and approves nothing"];
    const stack = await repeatingReceives(await aRunningGate(), closedAfterwards);
    const results = await runConformance(names.flatMap(scenariosNamed), stack);
    expect(failuresIn(results)).toEqual([]);
    expect(results).toHaveLength(names.length);
  });

  test("OUT-15: a gate that never publishes an outcome again is named", async () => {
    const published = new Set<string>();
    const once: Fault = ({ bus }) => ({
      bus: {
        publish: async (outcomes) => {
          const fresh = outcomes.filter(({ detail }) => !published.has(detail));
          for (const { detail } of fresh) published.add(detail);
          await bus.publish(fresh);
          return outcomes.map(() => ACCEPTED);
        },
      },
    });
    const stack = await repeatingReceives(await aBrokenGate(once), closedAfterwards);
    const results = await runConformance(scenariosNamed(republished), stack, 4_000);
    expect(results[0]?.differences).toEqual([
      { at: "when", problem: "no outcome came within 4000 ms for: a" },
    ]);
  });
});

describe("the scenarios", () => {
  const text = JSON.stringify(scenarios.map(({ scenario }) => scenario));

  test("are at least 60, each with a name of its own", () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(60);
    expect(new Set(scenarios.map(({ scenario }) => scenario.name))).toHaveProperty(
      "size",
      scenarios.length,
    );
  });

  test.each([
    ...Reason.options,
    ...ModeSource.options,
    ...AutonomyMode.options,
    ...AutoApprovalDecision.options,
    ...QUARANTINE_CODES,
    ...LimitedBy.options,
  ])("cover %s", (word) => {
    expect(text).toContain(`"${word}"`);
  });
});

const ACCEPTED = { accepted: true } as const;

/** Publishes outcomes with a text in them replaced; the ledger keeps what was decided. */
function rewriting(from: string, to: string): Fault {
  return ({ bus }) => ({
    bus: {
      publish: (outcomes) =>
        bus.publish(
          outcomes.map((each) => ({ ...each, detail: each.detail.replaceAll(from, to) })),
        ),
    },
  });
}

function outcomeFor(data: object) {
  const decision = { decision: "BLOCK", reason: "INVALID_INTENT", decision_id: "dec_x" };
  const detail = JSON.stringify({ metadata: {}, data: { ...data, ...decision } });
  return { detailType: "ActionBlocked", detail } as const;
}

function scenariosNamed(name: string | undefined): FiledScenario[] {
  const found = scenarios.filter(({ scenario }) => scenario.name === name);
  expect(found).toHaveLength(1);
  return found;
}

function failuresIn(results: readonly Result[]): string[] {
  return results
    .filter(({ differences }) => differences.length > 0)
    .map(({ scenario }) => scenario.name);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
