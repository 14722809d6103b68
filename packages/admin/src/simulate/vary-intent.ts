import { calendarAt, instantMs } from "@autonomy-gate/core/day";
import { nameOfSwitch, switchWords } from "./overrides.ts";
import type { Simulated, Variation } from "./variation.ts";

/** How far below a minimum a confidence is tried. */
const STEP_BELOW = 0.01;

/** Single changes to the intent, or to when it is decided. */
export function varyIntent(simulated: Simulated): Variation[] {
  return [...varyConfidence(simulated), ...varyRisk(simulated), ...varyTime(simulated)];
}

function varyConfidence({ intent, snapshot, decision }: Simulated): Variation[] {
  const { facts } = decision;
  if (facts === null) return [];
  const { confidence_score: score, min_confidence: min } = facts;
  const from = score ?? facts.confidence_found ?? "none";
  const enough = score !== null && score >= min;
  return [
    {
      kind: "CONFIDENCE",
      change: enough ? `confidence ${from} → below ${min}` : `confidence ${from} → ${min}`,
      intent: { ...intent, confidence_score: enough ? min - STEP_BELOW : min },
      snapshot,
    },
  ];
}

function varyRisk({ intent, snapshot }: Simulated): Variation[] {
  const { risk_level, ...withoutRisk } = intent;
  const kind = "RISK";
  const raised: Variation = {
    kind,
    change: "risk_level of the intent → MEDIUM",
    intent: { ...intent, risk_level: "MEDIUM" },
    snapshot,
  };
  if (risk_level === undefined) return [raised];
  const change = "risk_level of the intent → left out, as the catalogue has it";
  return [raised, { kind, change, intent: withoutRisk, snapshot }];
}

function varyTime({ intent, snapshot, decision }: Simulated): Variation[] {
  const variations: Variation[] = [];
  const at = (instant: string, change: string) => {
    if (instantMs(instant) <= snapshot.calendar.epochMs) return;
    const calendar = calendarAt(instantMs(instant), snapshot.calendar.tzData);
    variations.push({ kind: "TIME", change, intent, snapshot: { ...snapshot, calendar } });
  };
  const { expires_at, ...lasting } = intent;
  if (expires_at !== undefined) {
    at(expires_at, `the intent expires at ${expires_at}`);
    const change = `expires_at ${expires_at} → later, or left out`;
    variations.push({ kind: "EXPIRY", change, intent: lasting, snapshot });
  }
  const { budget, facts } = decision;
  if (budget !== undefined) at(budget.resets_at, `the budget resets at ${budget.resets_at}`);
  // By the end of a switch that stops something else, other things may have changed the answer.
  for (const stop of facts?.kill_switches ?? []) {
    const stored = snapshot.killSwitches[nameOfSwitch(stop)];
    if (stored.status !== "readable" || !("expires_at" in stored.value)) continue;
    const ends = stored.value.expires_at;
    if (ends !== undefined) at(ends, `${switchWords(stop)} expires at ${ends}`);
  }
  return variations;
}
