import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  confidences,
  entries,
  intents,
  permissiveSnapshots,
  RISKS,
  snapshots,
  stored,
} from "../../test/arbitraries.ts";
import { aReceived, readable } from "../../test/fixtures.ts";
import { runs } from "../../test/runs.ts";
import type { Decision } from "../decision/decision.ts";
import type { ActionIntentV1 } from "../intent/intent.ts";
import { AUTONOMY_MODES, MODE_LEVELS } from "../mode/mode.ts";
import { ABSENT } from "../stored.ts";
import { decideNow } from "./decide-now.ts";
import { recordOf } from "./received.ts";
import { recompute } from "./recompute.ts";
import type { Snapshot } from "./snapshot.ts";

const RUNS = { numRuns: runs(10_000) };

const SEVERITY = { AUTO_EXECUTE: 0, REQUIRE_APPROVAL: 1, BLOCK: 2 } as const;

/** Comparing by `expect` costs more than the gate: it is asked only to fail. */
function expectNotLooser(after: Decision, before: Decision): void {
  if (SEVERITY[after.decision] < SEVERITY[before.decision]) {
    expect([before.reason, after.reason]).toEqual("after is not more permissive than before");
  }
  if (after.executable_after_approval && !before.executable_after_approval) {
    expect([before.reasons, after.reasons]).toEqual("after is not executable either");
  }
}

const anySnapshot = fc.oneof(snapshots, permissiveSnapshots);

test("the same intent and facts have the same answer", () => {
  fc.assert(
    fc.property(intents, anySnapshot, (intent, snapshot) => {
      const once = JSON.stringify(decideNow(intent, snapshot));
      const again = JSON.stringify(decideNow(structuredClone(intent), { ...snapshot }));
      if (once !== again) expect(again).toBe(once);
    }),
    RUNS,
  );
});

test("a higher risk said by the agent never loosens", () => {
  const pairs = fc.tuple(fc.nat(4), fc.nat(4)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
  fc.assert(
    fc.property(intents, anySnapshot, pairs, (intent, snapshot, [low = 0, high = 0]) => {
      const before = decideNow({ ...intent, risk_level: RISKS[low] }, snapshot);
      expectNotLooser(decideNow({ ...intent, risk_level: RISKS[high] }, snapshot), before);
      expectNotLooser(before, decideNow(without(intent, "risk_level"), snapshot));
    }),
    RUNS,
  );

  /** Without a risk level the catalogue's tier counts alone; where there is none, nothing is automatic. */
  function without(intent: ActionIntentV1, name: "risk_level"): ActionIntentV1 {
    const { [name]: _, ...rest } = intent;
    return { ...rest, action_intent_id: intent.action_intent_id };
  }
});

test("a higher risk in the catalogue never loosens", () => {
  const pairs = fc.tuple(fc.nat(4), fc.nat(4)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
  fc.assert(
    fc.property(intents, anySnapshot, pairs, (intent, snapshot, [low = 0, high = 0]) => {
      const withTier = (risk: number): Snapshot => {
        const entry = { risk_tier: RISKS[risk] ?? "CRITICAL", min_confidence: 0.7 };
        const TENANT = readable({ ...entry, external_contact: false });
        return { ...snapshot, catalogue: { ...snapshot.catalogue, TENANT } };
      };
      expectNotLooser(decideNow(intent, withTier(high)), decideNow(intent, withTier(low)));
    }),
    RUNS,
  );
});

test("a lower confidence never loosens, and one that is none is never automatic", () => {
  const lower = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), confidences);
  fc.assert(
    fc.property(intents, anySnapshot, lower, (intent, snapshot, [confidence_score, other]) => {
      const before = decideNow({ ...intent, confidence_score }, snapshot);
      const after = decideNow({ ...intent, confidence_score: other }, snapshot);
      const usable = typeof other === "number" && other >= 0 && other <= 1;
      if (usable && other <= confidence_score) expectNotLooser(after, before);
      if (!usable) expect(after.auto_executed).toBe(false);
    }),
    RUNS,
  );
});

test("a narrower mode never loosens, at whatever level", () => {
  const pairs = fc.tuple(fc.nat(3), fc.nat(3)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
  const levels = fc.constantFrom(...MODE_LEVELS);
  fc.assert(
    fc.property(intents, anySnapshot, levels, pairs, (intent, snapshot, level, [wide, narrow]) => {
      const withMode = (index = 0): Snapshot => {
        const mode = readable(AUTONOMY_MODES[index] ?? "DISABLED");
        return { ...snapshot, modes: { ...snapshot.modes, [level]: mode } };
      };
      expectNotLooser(decideNow(intent, withMode(narrow)), decideNow(intent, withMode(wide)));
    }),
    RUNS,
  );
});

test("one more stop never loosens", () => {
  const stops = fc.record({
    name: fc.constantFrom(
      "GLOBAL" as const,
      "TENANT_PLATFORM" as const,
      "TENANT" as const,
      "ACCOUNT_PLATFORM" as const,
      "ACCOUNT" as const,
    ),
    stop: fc.constantFrom(
      readable({ engaged: true, effect: "BLOCK" }),
      readable({ engaged: true, effect: "REQUIRE_APPROVAL" }),
      { status: "unreadable", effect: "REQUIRE_APPROVAL" } as const,
    ),
  });
  fc.assert(
    fc.property(intents, anySnapshot, stops, (intent, snapshot, { name, stop }) => {
      const free = { ...snapshot, killSwitches: { ...snapshot.killSwitches, [name]: ABSENT } };
      const stopped = { ...snapshot, killSwitches: { ...snapshot.killSwitches, [name]: stop } };
      const after = decideNow(intent, stopped);
      expectNotLooser(after, decideNow(intent, free));
      if (after.auto_executed) expect(after.reasons).toEqual("not automatic under a stop");
    }),
    RUNS,
  );
});

test("nothing that a tenant stores loosens what the platform stored (invariant 24)", () => {
  const all = fc.tuple(intents, anySnapshot, entries, stored(entries));
  fc.assert(
    fc.property(all, ([intent, snapshot, floor, own]) => {
      const catalogue = { GLOBAL: readable(floor), TENANT: own };
      const platforms = {
        ...snapshot,
        killSwitches: { ...snapshot.killSwitches, TENANT: ABSENT, ACCOUNT: ABSENT },
        catalogue: { ...catalogue, TENANT: ABSENT },
      };
      expectNotLooser(decideNow(intent, { ...snapshot, catalogue }), decideNow(intent, platforms));
    }),
    RUNS,
  );
});

test("a later clock never makes an expired intent run", () => {
  fc.assert(
    fc.property(intents, anySnapshot, (intent, snapshot) => {
      const expired = { ...intent, expires_at: snapshot.calendar.instant };
      expect(decideNow(expired, snapshot).decision).toBe("BLOCK");
    }),
    RUNS,
  );
});

describe("whatever is unknown is never automatic:", () => {
  const UNREADABLE = { status: "unreadable", found: "?" } as const;
  const UNKNOWN: Record<string, (snapshot: Snapshot) => Snapshot> = {
    "a mode": (s) => ({ ...s, modes: { ...s.modes, ACCOUNT_ACTION_TYPE: UNREADABLE } }),
    "all modes": (s) => ({
      ...s,
      modes: {
        ACCOUNT_ACTION_TYPE: ABSENT,
        TENANT_ACTION_TYPE: ABSENT,
        ACCOUNT_DEFAULT: ABSENT,
        TENANT_DEFAULT: ABSENT,
        GLOBAL_DEFAULT: ABSENT,
      },
    }),
    "a kill switch": (s) => ({
      ...s,
      killSwitches: {
        ...s.killSwitches,
        TENANT: { status: "unreadable", effect: "REQUIRE_APPROVAL" },
      },
    }),
    "a platform's kill switch": (s) => ({
      ...s,
      killSwitches: {
        ...s.killSwitches,
        ACCOUNT_PLATFORM: { status: "unreadable", effect: "REQUIRE_APPROVAL" },
      },
    }),
    "a catalogue entry": (s) => ({ ...s, catalogue: { ...s.catalogue, TENANT: UNREADABLE } }),
    "a floor": (s) => ({ ...s, catalogue: { ...s.catalogue, GLOBAL: UNREADABLE } }),
    "the policy": (s) => ({ ...s, activePolicy: { ...s.activePolicy, TENANT: UNREADABLE } }),
    "the budget": (s) => ({ ...s, budgets: { ...s.budgets, account: UNREADABLE } }),
    "no budget": (s) => ({ ...s, budgets: { ...s.budgets, account: ABSENT, tenant: ABSENT } }),
    "the type's cap": (s) => ({ ...s, budgets: { ...s.budgets, accountActionType: UNREADABLE } }),
    "the budget's state": (s) => ({ ...s, budgetState: UNREADABLE }),
  };

  test.each(Object.entries(UNKNOWN))("%s", (_, spoil) => {
    fc.assert(
      fc.property(intents, anySnapshot, (intent, snapshot) => {
        const { decision, reasons } = decideNow(intent, spoil(snapshot));
        if (decision === "AUTO_EXECUTE") expect(reasons).toEqual("not automatic");
      }),
      RUNS,
    );
  });
});

test("what runs by itself has a mode, a low risk, a confidence and room in a budget", () => {
  let automatic = 0;
  fc.assert(
    fc.property(intents, anySnapshot, (intent, snapshot) => {
      const { decision, facts, autonomy_mode, budget, date_key } = decideNow(intent, snapshot);
      if (decision !== "AUTO_EXECUTE") return;
      automatic += 1;
      expect(autonomy_mode).toBe("AUTO_EXECUTE");
      expect(["MINIMAL", "LOW"]).toContain(facts?.risk_level);
      expect(facts?.confidence_score).toBeGreaterThanOrEqual(0.7);
      expect(facts?.external_contact).toBeUndefined();
      expect(budget?.limit).toBeGreaterThan(0);
      expect(date_key).toBe(budget?.date_key);
    }),
    RUNS,
  );
  expect(automatic).toBeGreaterThan(runs(100));
});

test("a decision is taken again, the same, from its stored record alone", () => {
  fc.assert(
    fc.property(intents, anySnapshot, (intent, snapshot) => {
      const decision = decideNow(intent, snapshot);
      const stored = JSON.parse(JSON.stringify(recordOf(aReceived(intent), decision)));
      const again = recompute(stored);
      const expected = { status: "recomputed", decision };
      if (!sameJson(again, expected)) expect(again).toEqual(expected);
    }),
    RUNS,
  );
});

function sameJson(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
