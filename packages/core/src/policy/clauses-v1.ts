import { instantMs } from "../day.ts";
import type { Policy } from "./evaluate.ts";
import type { PolicyFacts } from "./facts.ts";
import {
  APPROVE,
  type AutoApprovalDecision,
  type Objection,
  POLICY_V1,
  type RatedFinding,
  type ReasonFor,
} from "./policy.ts";
import type { PolicyQuestion } from "./question.ts";

/** One rule of a decision: when it matches, what follows, and the sentence that says so. */
interface ClauseOf<D extends AutoApprovalDecision> {
  readonly clause: string;
  readonly reason: ReasonFor<D>;
  readonly decision: D;
  readonly matches: (question: PolicyQuestion) => boolean;
  readonly explain: (question: PolicyQuestion) => string;
}

type Clause = ClauseOf<"REQUIRE_APPROVAL"> | ClauseOf<"BLOCK">;

const LEVEL_WORDS: Readonly<Record<PolicyQuestion["mode_source"], string>> = {
  ACCOUNT_ACTION_TYPE: "set for this account and action type",
  TENANT_ACTION_TYPE: "set for this tenant and action type",
  ACCOUNT_DEFAULT: "the account's default",
  TENANT_DEFAULT: "the tenant's default",
  GLOBAL_DEFAULT: "the global default",
  NOT_CONFIGURED: "nothing configured",
  GIVEN: "as given",
};

/** In order of precedence among equals; the most severe matching clause decides. */
const CLAUSES: readonly Clause[] = [
  {
    clause: "EXPIRY",
    reason: "INTENT_EXPIRED",
    decision: "BLOCK",
    // Without a clock nobody can say that it has not expired.
    matches: ({ facts, now }) =>
      facts.expires_at !== undefined &&
      (now === undefined || instantMs(facts.expires_at) <= now.epochMs),
    explain: ({ facts, now }) =>
      now === undefined
        ? `The intent expires at ${facts.expires_at}, and the time is not known. It must not run.`
        : `The intent expired at ${facts.expires_at}; it was decided at ${now.instant}. It must not run.`,
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
];

const RULES = CLAUSES.map(({ matches, explain, ...finding }) => ({ matches, explain, finding }));

/** Every clause that matches, in the policy's order. */
function against(question: PolicyQuestion): Objection[] {
  const found: Objection[] = [];
  for (const { matches, explain, finding } of RULES) {
    if (matches(question)) found.push({ ...finding, explanation: explain(question) });
  }
  return found;
}

/** The one place that allows: it names everything it relies on. */
function allowed({ facts }: PolicyQuestion): RatedFinding<"AUTO_EXECUTE">[] {
  const lowRisk = facts.risk_level === "LOW" || facts.risk_level === "MINIMAL";
  const confident =
    facts.confidence_score !== null && facts.confidence_score >= facts.min_confidence;
  if (!lowRisk || !confident) return [];
  return [
    {
      clause: "AUTO_EXECUTE_ALLOWED",
      reason: "POLICY_ALLOWED",
      decision: "AUTO_EXECUTE",
      explanation: `It may run by itself: risk ${facts.risk_level}, confidence ${facts.confidence_score} of at least ${facts.min_confidence}.`,
    },
  ];
}

/** AutoApprovalPolicyV1: every clause that matches; only where none does, what allows. */
export const CLAUSES_V1: Policy = {
  version: POLICY_V1,
  evaluate: {
    AUTO_EXECUTE: (question) => {
      const objections = against(question);
      return objections.length > 0 ? objections : allowed(question);
    },
    APPROVAL_REQUIRED: against,
    PROPOSE_ONLY: against,
    DISABLED: against,
    UNKNOWN: against,
  },
};

function levelWords({ mode_source }: PolicyQuestion): string {
  return LEVEL_WORDS[mode_source];
}

function isUnknownType(facts: PolicyFacts): boolean {
  return facts.catalogue_source === "NONE" || facts.catalogue_source === "UNREADABLE";
}

function explainRisk({ action_type, facts }: PolicyQuestion): string {
  const source = facts.risk_source === "CATALOGUE" ? "by the catalogue" : "by the intent itself";
  return `The risk of ${action_type} is ${facts.risk_level}, ${source}; only MINIMAL and LOW run by themselves. ${APPROVE}`;
}
