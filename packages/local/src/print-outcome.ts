import { visibleText } from "@autonomy-gate/core/values";
import colors from "picocolors";
import type { SeenOutcome } from "./outcome-feed.ts";

const LABELS: Readonly<Record<SeenOutcome["decision"], string>> = {
  AUTO_EXECUTE: colors.green("runs by itself "),
  REQUIRE_APPROVAL: colors.yellow("needs a person "),
  BLOCK: colors.red("must not run   "),
};

/** An outcome in three lines: what was decided, on what, and why. */
export function outcomeText(outcome: SeenOutcome): string {
  const { decision, reason, explanation, reasons, action_type } = outcome;
  const others = [...new Set(reasons.map((f) => f.reason))].filter((other) => other !== reason);
  const also = others.length === 0 ? "" : colors.dim(` (also ${others.join(", ")})`);
  return [
    `${LABELS[decision]} ${colors.bold(action_type ?? "(no action type)")} on ${outcome.tenant_id}/${outcome.account_id}  ${colors.dim(outcome.action_intent_id)}`,
    `  ${decision} because ${reason}${also}`,
    `  ${visibleText(explanation)}`,
  ].join("\n");
}
