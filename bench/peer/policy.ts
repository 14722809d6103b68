import { Engine, type RuleProperties } from "json-rules-engine";
import * as z from "zod";

/** What the rules look at. */
export interface PolicyFacts {
  readonly mode: string;
  readonly stop: string;
  readonly expired: boolean;
  readonly known: boolean;
  readonly external: boolean;
  readonly risk: string;
  readonly confidence: number;
  readonly minConfidence: number;
}

const Verdict = z.object({
  decision: z.enum(["AUTO_EXECUTE", "REQUIRE_APPROVAL", "BLOCK"]),
  reason: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;

interface PlainRule extends Verdict {
  readonly priority: number;
  readonly fact: keyof PolicyFacts;
  readonly operator: string;
  readonly value: unknown;
}

const HOLD = "REQUIRE_APPROVAL";

/** The gate's clauses as json-rules-engine's own rules; the highest priority that matches decides. */
const RULES: readonly PlainRule[] = [
  rule(16, "stop", "equal", "BLOCK", "BLOCK", "KILL_SWITCH"),
  rule(15, "expired", "equal", true, "BLOCK", "INTENT_EXPIRED"),
  rule(14, "mode", "equal", "DISABLED", "BLOCK", "ACTION_TYPE_DISABLED"),
  rule(13, "stop", "equal", HOLD, HOLD, "KILL_SWITCH"),
  rule(12, "known", "equal", false, HOLD, "ACTION_TYPE_UNKNOWN"),
  rule(11, "mode", "equal", "PROPOSE_ONLY", HOLD, "PROPOSE_ONLY"),
  rule(10, "mode", "notIn", ["AUTO_EXECUTE", "PROPOSE_ONLY", "DISABLED"], HOLD, "TENANT_POLICY"),
  rule(9, "external", "equal", true, HOLD, "EXTERNAL_CONTACT"),
  rule(8, "risk", "in", ["HIGH", "CRITICAL"], HOLD, "RISK_LEVEL_HIGH"),
  rule(7, "risk", "equal", "MEDIUM", HOLD, "RISK_LEVEL_MEDIUM"),
  rule(6, "risk", "notIn", ["MINIMAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"], HOLD, "RISK_UNKNOWN"),
  rule(5, "confidence", "lessThan", { fact: "minConfidence" }, HOLD, "CONFIDENCE_BELOW_THRESHOLD"),
];

/** The engine is built once; its rules are compiled then. */
export function createPolicy(): (facts: PolicyFacts) => Promise<Verdict> {
  const engine = new Engine(RULES.map(ruleProperties));
  return async (facts) => {
    const { events } = await engine.run({ ...facts });
    const verdicts = events.map(({ params }) => Ranked.parse(params));
    const [first] = verdicts.sort((a, b) => b.priority - a.priority);
    return first ?? { decision: "AUTO_EXECUTE", reason: "POLICY_ALLOWED" };
  };
}

const Ranked = Verdict.extend({ priority: z.number() });

function ruleProperties({
  priority,
  fact,
  operator,
  value,
  decision,
  reason,
}: PlainRule): RuleProperties {
  return {
    priority,
    conditions: { all: [{ fact, operator, value }] },
    event: { type: reason, params: { decision, reason, priority } },
  };
}

function rule(
  priority: number,
  fact: keyof PolicyFacts,
  operator: string,
  value: unknown,
  decision: Verdict["decision"],
  reason: string,
): PlainRule {
  return { priority, fact, operator, value, decision, reason };
}
