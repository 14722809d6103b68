import { calendarAt } from "@autonomy-gate/core/day";
import { decide } from "@autonomy-gate/core/gate";
import { ActionIntentV1 } from "@autonomy-gate/core/intent";
import type { FactsBatch, FactsRequest } from "@autonomy-gate/core/ports";
import { type Evidence, Violation } from "./evidence.ts";

const SEVERITY = { AUTO_EXECUTE: 0, REQUIRE_APPROVAL: 1, BLOCK: 2 } as const;

/**
 * 16: raising the risk, lowering the confidence or narrowing the mode never makes a decision more
 * permissive. Asked of the gate's own decision, on facts it has just read.
 */
export function invariant16(
  evidence: Evidence,
  requests: readonly FactsRequest[],
  replies: FactsBatch["replies"],
): void {
  const [request] = requests;
  const facts = replies[0]?.facts;
  if (request === undefined || facts === undefined || request.action_type === null) return;
  const { tenant_id, account_id, action_type } = request;
  const intent = { tenant_id, account_id, action_type, action_intent_id: "probe" };
  const calendar = calendarAt(evidence.scenario.startEpochMs);
  const severityOf = (change: object, modes = facts.modes) => {
    const asked = ActionIntentV1.parse({ ...intent, confidence_score: 0.9, ...change });
    const proposal = decide(asked, { ...facts, modes, calendar });
    return SEVERITY[proposal.kind === "held" ? proposal.decision.decision : "AUTO_EXECUTE"];
  };
  const usual = severityOf({});
  const narrower = {
    ...facts.modes,
    ACCOUNT_ACTION_TYPE: { status: "readable", value: "DISABLED" },
  } as const;
  const stricter = [
    severityOf({ risk_level: "CRITICAL" }),
    severityOf({ risk_level: "MEDIUM" }),
    severityOf({ confidence_score: 0.69 }),
    severityOf({ confidence_score: 0 }),
    severityOf({}, narrower),
  ];
  if (stricter.some((severity) => severity < usual)) {
    throw new Violation(16, `A stricter question had a looser answer: ${action_type}`);
  }
}
