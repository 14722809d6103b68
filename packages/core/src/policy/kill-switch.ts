import { quotation } from "../visible-text.ts";
import { APPROVE, type Objection } from "./policy.ts";
import type { PolicyQuestion } from "./question.ts";

/**
 * The clause that comes before every policy: each switch that applies, widest scope first. A
 * platform's switch is named as such; any other below GLOBAL is the tenant's own.
 */
export function killSwitchObjections(question: PolicyQuestion): Objection[] {
  return (question.facts.kill_switches ?? []).map((stop): Objection => {
    const owned = stop.owner === "PLATFORM" ? "The platform's kill switch" : "The kill switch";
    const whose = {
      GLOBAL: "The global kill switch",
      TENANT: `${owned} of tenant ${question.tenant_id}`,
      ACCOUNT: `${owned} of account ${question.account_id}`,
    }[stop.scope];
    const because = stop.unreadable
      ? " cannot be read and counts as engaged"
      : ` is engaged${stop.reason === undefined ? "" : ` (${quotation(stop.reason)})`}`;
    const then = stop.effect === "BLOCK" ? "This action must not run." : APPROVE;
    return {
      clause: "KILL_SWITCH",
      reason: "KILL_SWITCH",
      decision: stop.effect,
      explanation: `${whose}${because}. ${then}`,
    };
  });
}
