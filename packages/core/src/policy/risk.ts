import * as z from "zod";

/** From least to most severe. */
const RISK_LEVELS = ["MINIMAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;

export const RiskLevel = z.enum(RISK_LEVELS);
export type RiskLevel = z.infer<typeof RiskLevel>;

/** The more severe of two. */
export function higherRisk(a: RiskLevel, b: RiskLevel): RiskLevel {
  return RISK_LEVELS.indexOf(a) >= RISK_LEVELS.indexOf(b) ? a : b;
}

/** Reads a risk level as agents write it: surrounding space and letter case do not matter. */
export function readRiskLevel(received: unknown): RiskLevel | undefined {
  if (typeof received !== "string") return undefined;
  return RiskLevel.safeParse(received.trim().toUpperCase()).data;
}
