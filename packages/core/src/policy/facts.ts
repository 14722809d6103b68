import * as z from "zod";
import type { ActionTypeEntry } from "../catalogue/action-type.ts";
import { type CatalogueAnswer, CatalogueSource } from "../catalogue/find-entry.ts";
import { readConfidence } from "../intent/confidence.ts";
import type { ActionIntentV1 } from "../intent/intent.ts";
import { higherRisk, RiskLevel, readRiskLevel } from "../intent/risk.ts";
import { AppliedKillSwitch } from "../kill-switch/applied.ts";
import { quoted } from "../stored.ts";

/** No catalogue entry can lower the confidence an automatic action needs below this. */
export const MIN_CONFIDENCE = 0.7;

/**
 * Everything about an intent and its surroundings that the policy looks at, beside the mode. Kept
 * with the decision, so that the decision can be taken again from its record alone. What says
 * nothing is left out.
 */
export const PolicyFacts = z.looseObject({
  /** The higher of the catalogue's tier and the intent's own level; `null`: not known. */
  risk_level: RiskLevel.nullable(),
  risk_source: z.enum(["CATALOGUE", "INTENT", "NONE"]),
  /** A number from 0 to 1, or `null` when none such was received. */
  confidence_score: z.number().nullable(),
  /** The least confidence an automatic action of this type needs. */
  min_confidence: z.number(),
  catalogue_source: CatalogueSource,
  external_contact: z.literal(true).optional(),
  /** What was received instead of a known risk level. */
  risk_found: z.string().optional(),
  /** What was received instead of a confidence. */
  confidence_found: z.string().optional(),
  /** What was stored instead of a mode. */
  mode_found: z.string().optional(),
  lifecycle_state: z.string().optional(),
  expires_at: z.string().optional(),
  kill_switches: z.array(AppliedKillSwitch).optional(),
  /** The policy version that was asked for and is not known. */
  policy_found: z.string().optional(),
  /** Version of the time zone data, such as `2026a`, for a budget whose days are of another zone than UTC. */
  tz_data: z.string().optional(),
  /** Why there is no budget to claim from, as the end of a sentence. */
  budget_problem: z.string().optional(),
});
export type PolicyFacts = z.infer<typeof PolicyFacts>;

type IntentFacts = Pick<
  ActionIntentV1,
  "confidence_score" | "risk_level" | "lifecycle_state" | "expires_at"
>;

/** The facts that follow from the intent and its catalogue entry alone. */
export function factsOf(intent: IntentFacts, catalogue: CatalogueAnswer): PolicyFacts {
  return {
    ...riskFacts(intent.risk_level, catalogue.entry),
    ...confidenceFacts(intent.confidence_score, catalogue.entry),
    catalogue_source: catalogue.source,
    ...(catalogue.entry?.external_contact ? { external_contact: true } : {}),
    ...(intent.lifecycle_state === undefined ? {} : { lifecycle_state: intent.lifecycle_state }),
    ...(intent.expires_at === undefined ? {} : { expires_at: intent.expires_at }),
  };
}

/** What an agent says about itself may raise the risk, never lower it. */
function riskFacts(
  received: unknown,
  entry: ActionTypeEntry | undefined,
): Pick<PolicyFacts, "risk_level" | "risk_source" | "risk_found"> {
  const tier = entry?.risk_tier;
  if (received === undefined || received === null) {
    return tier === undefined
      ? { risk_level: null, risk_source: "NONE" }
      : { risk_level: tier, risk_source: "CATALOGUE" };
  }
  const own = readRiskLevel(received);
  if (own === undefined) {
    return { risk_level: null, risk_source: "INTENT", risk_found: quoted(received) };
  }
  if (tier === undefined) return { risk_level: own, risk_source: "INTENT" };
  const risk_level = higherRisk(tier, own);
  return { risk_level, risk_source: risk_level === tier ? "CATALOGUE" : "INTENT" };
}

function confidenceFacts(
  received: unknown,
  entry: ActionTypeEntry | undefined,
): Pick<PolicyFacts, "confidence_score" | "min_confidence" | "confidence_found"> {
  const min_confidence = Math.max(MIN_CONFIDENCE, entry?.min_confidence ?? MIN_CONFIDENCE);
  const confidence = readConfidence(received);
  switch (confidence.status) {
    case "VALID":
      return { confidence_score: confidence.value, min_confidence };
    case "MISSING":
      return { confidence_score: null, min_confidence };
    case "INVALID":
      return { confidence_score: null, min_confidence, confidence_found: confidence.found };
    default:
      return confidence satisfies never;
  }
}
