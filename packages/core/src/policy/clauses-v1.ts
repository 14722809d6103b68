import { instantMs } from "../day.ts";
import type { AccountRef, ActionType } from "../ids.ts";
import type { AppliedKillSwitch } from "../kill-switch/applied.ts";
import type { AutonomyMode, ModeSource } from "../mode/mode.ts";
import type { PolicyFacts } from "./facts.ts";
import { APPROVE, type AutoApprovalDecision, type RatedFinding, type Reason } from "./policy.ts";

/** One question to the policy: all it may know. */
export interface PolicyQuestion extends AccountRef {
  readonly action_type: ActionType;
  /** `null`: the level that answers holds no known mode (`facts.mode_found`). */
  readonly autonomy_mode: AutonomyMode | null;
  readonly mode_source: ModeSource;
  /** The mode was handed in by a caller, who alone knows where it is set. */
  readonly modeWasGiven?: true;
  readonly facts: PolicyFacts;
  /** The gate's clock reading, epoch milliseconds and as text. */
  readonly epochMs: number;
  readonly decided_at: string;
}

/** One rule: when it matches, what follows, and the sentence that says so. */
interface Clause {
  readonly clause: string;
  readonly reason: Reason;
  readonly decision: Exclude<AutoApprovalDecision, "AUTO_EXECUTE">;
  readonly matches: (question: PolicyQuestion) => boolean;
  readonly explain: (question: PolicyQuestion) => string;
}

const LEVEL_WORDS: Readonly<Record<ModeSource, string>> = {
  ACCOUNT_ACTION_TYPE: "set for this account and action type",
  TENANT_ACTION_TYPE: "set for this tenant and action type",
  ACCOUNT_DEFAULT: "the account's default",
  TENANT_DEFAULT: "the tenant's default",
  GLOBAL_DEFAULT: "the global default",
  NOT_CONFIGURED: "nothing configured",
};

/** In order of precedence among equals; the most severe matching clause decides. */
const CLAUSES: readonly Clause[] = [
  {
    clause: "EXPIRY",
    reason: "INTENT_EXPIRED",
    decision: "BLOCK",
    matches: ({ facts, epochMs }) =>
      facts.expires_at !== undefined && instantMs(facts.expires_at) <= epochMs,
    explain: ({ facts, decided_at }) =>
      `The intent expired at ${facts.expires_at}; it was decided at ${decided_at}. It must not run.`,
  },
  {
    clause: "DISABLED",
    reason: "ACTION_TYPE_DISABLED",
    decision: "BLOCK",
    matches: ({ autonomy_mode }) => autonomy_mode === "DISABLED",
    explain: (q) =>
      `${q.action_type} is disabled for account ${q.account_id} (mode DISABLED, ${levelWords(q)}). It must not run.`,
  },
  {
    clause: "CATALOGUE",
    reason: "ACTION_TYPE_UNKNOWN",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) => isUnknownType(facts),
    explain: ({ action_type, facts }) =>
      facts.catalogue_source === "UNREADABLE"
        ? `The catalogue entry of ${action_type} cannot be read, so its risk is not known. ${APPROVE}`
        : `${action_type} is not in the action-type catalogue, so its risk is not known. ${APPROVE}`,
  },
  {
    clause: "PROPOSE_ONLY",
    reason: "PROPOSE_ONLY",
    decision: "REQUIRE_APPROVAL",
    matches: ({ autonomy_mode }) => autonomy_mode === "PROPOSE_ONLY",
    explain: (q) =>
      `Agents may only propose ${q.action_type} on account ${q.account_id} (mode PROPOSE_ONLY, ${levelWords(q)}). A person has to carry it out.`,
  },
  {
    clause: "APPROVAL_REQUIRED",
    reason: "MODE_NOT_CONFIGURED",
    decision: "REQUIRE_APPROVAL",
    matches: ({ mode_source }) => mode_source === "NOT_CONFIGURED",
    explain: (q) =>
      `No autonomy mode is configured for ${q.action_type} on account ${q.account_id} at any level. ${APPROVE}`,
  },
  {
    clause: "APPROVAL_REQUIRED",
    reason: "TENANT_POLICY",
    decision: "REQUIRE_APPROVAL",
    matches: ({ autonomy_mode, mode_source }) =>
      autonomy_mode === "APPROVAL_REQUIRED" && mode_source !== "NOT_CONFIGURED",
    explain: (q) =>
      `${q.action_type} on account ${q.account_id} needs approval (mode APPROVAL_REQUIRED, ${levelWords(q)}). ${APPROVE}`,
  },
  {
    clause: "UNKNOWN_MODE",
    reason: "UNKNOWN_MODE",
    decision: "REQUIRE_APPROVAL",
    matches: ({ autonomy_mode }) => autonomy_mode === null,
    explain: (q) =>
      `The mode stored for ${q.action_type} on account ${q.account_id} is ${q.facts.mode_found}, which is not a known mode (${levelWords(q)}). ${APPROVE}`,
  },
  {
    clause: "EXTERNAL_CONTACT",
    reason: "EXTERNAL_CONTACT",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) => facts.external_contact === true,
    explain: (q) => `${q.action_type} contacts people outside the company. ${APPROVE}`,
  },
  {
    clause: "RISK_LEVEL",
    reason: "RISK_LEVEL_UNKNOWN",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) => facts.risk_level === null,
    explain: ({ facts }) =>
      facts.risk_found === undefined
        ? `The risk of this action is not known. ${APPROVE}`
        : `The intent's risk level ${facts.risk_found} is not a known one (MINIMAL, LOW, MEDIUM, HIGH, CRITICAL). ${APPROVE}`,
  },
  {
    clause: "RISK_LEVEL",
    reason: "RISK_LEVEL_HIGH",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) => facts.risk_level === "HIGH" || facts.risk_level === "CRITICAL",
    explain: explainRisk,
  },
  {
    clause: "RISK_LEVEL",
    reason: "RISK_LEVEL_MEDIUM",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) => facts.risk_level === "MEDIUM",
    explain: explainRisk,
  },
  {
    clause: "CONFIDENCE",
    reason: "CONFIDENCE_MISSING",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) => facts.confidence_score === null && facts.confidence_found === undefined,
    explain: ({ facts }) =>
      `The intent has no confidence score; at least ${facts.min_confidence} is needed to run by itself. ${APPROVE}`,
  },
  {
    clause: "CONFIDENCE",
    reason: "CONFIDENCE_INVALID",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) => facts.confidence_found !== undefined,
    explain: ({ facts }) =>
      `The intent's confidence score ${facts.confidence_found} is not a number from 0 to 1. ${APPROVE}`,
  },
  {
    clause: "CONFIDENCE",
    reason: "CONFIDENCE_BELOW_THRESHOLD",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) =>
      facts.confidence_score !== null && !(facts.confidence_score >= facts.min_confidence),
    explain: ({ action_type, facts }) =>
      `Confidence ${facts.confidence_score} is below the ${facts.min_confidence} that ${action_type} needs to run by itself. ${APPROVE}`,
  },
  {
    clause: "POLICY_ERROR",
    reason: "POLICY_ERROR",
    decision: "REQUIRE_APPROVAL",
    matches: ({ facts }) => facts.policy_found !== undefined,
    explain: ({ facts }) =>
      `The active policy is set to ${facts.policy_found}, which this gate does not know, so it allows nothing. ${APPROVE}`,
  },
];

/** Every clause that matches, in the policy's order; empty: nothing speaks against it. */
export function matchingClauses(question: PolicyQuestion): RatedFinding[] {
  const findings = (question.facts.kill_switches ?? []).map((stop) => killSwitch(stop, question));
  for (const { clause, reason, decision, matches, explain } of CLAUSES) {
    if (matches(question)) {
      findings.push({ clause, reason, decision, explanation: explain(question) });
    }
  }
  return findings;
}

function killSwitch(stop: AppliedKillSwitch, question: PolicyQuestion): RatedFinding {
  const whose = {
    GLOBAL: "The global kill switch",
    TENANT: `The kill switch of tenant ${question.tenant_id}`,
    ACCOUNT: `The kill switch of account ${question.account_id}`,
  }[stop.scope];
  const because = stop.unreadable
    ? " cannot be read and counts as engaged"
    : ` is engaged${stop.reason === undefined ? "" : ` (${stop.reason})`}`;
  const then = stop.effect === "BLOCK" ? "This action must not run." : APPROVE;
  return {
    clause: "KILL_SWITCH",
    reason: "KILL_SWITCH",
    decision: stop.effect,
    explanation: `${whose}${because}. ${then}`,
  };
}

function levelWords({ modeWasGiven, mode_source }: PolicyQuestion): string {
  return modeWasGiven ? "as given" : LEVEL_WORDS[mode_source];
}

function isUnknownType(facts: PolicyFacts): boolean {
  return facts.catalogue_source === "NONE" || facts.catalogue_source === "UNREADABLE";
}

function explainRisk({ action_type, facts }: PolicyQuestion): string {
  const source = facts.risk_source === "CATALOGUE" ? "by the catalogue" : "by the intent itself";
  return `The risk of ${action_type} is ${facts.risk_level}, ${source}; only MINIMAL and LOW run by themselves. ${APPROVE}`;
}
