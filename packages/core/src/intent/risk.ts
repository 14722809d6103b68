import * as z from "zod";

/** From least to most severe. */
const RISK_LEVELS = ["MINIMAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;

export const RiskLevel = z.enum(RISK_LEVELS);
export type RiskLevel = z.infer<typeof RiskLevel>;

/** The more severe of two. */
export function higherRisk(a: RiskLevel, b: RiskLevel): RiskLevel {
  return RISK_LEVELS.indexOf(a) >= RISK_LEVELS.indexOf(b) ? a : b;
}

/** Without the `u` flag `i` folds ASCII letters alone: a dotless ı is no I. */
const SPELLING = new RegExp(`^[\\t-\\r ]*(${RISK_LEVELS.join("|")})[\\t-\\r ]*$`, "i");

/** Reads a risk level as agents write it: ASCII space around it and ASCII case do not matter. */
export function readRiskLevel(received: unknown): RiskLevel | undefined {
  if (typeof received !== "string") return undefined;
  return RiskLevel.safeParse(SPELLING.exec(received)?.[1]?.toUpperCase()).data;
}
