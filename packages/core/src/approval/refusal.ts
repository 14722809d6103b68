import type { Finding } from "../policy/policy.ts";
import type { Approval, ClosedApproval } from "./approval.ts";

const REFUSAL_CODES = [
  "ALREADY_CLOSED",
  "EXPIRED",
  "BLOCKED",
  "FINGERPRINT_MISMATCH",
  "NOT_EXECUTABLE",
  "NOT_HANDLED",
  "PEOPLE_ONLY",
  "MINIMUM_ROLE",
  "COMMENT_REQUIRED",
  "SELF_APPROVAL",
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Why a vote or a withdrawal has no effect: what happened, who or what caused it, what to do next. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** ALREADY_CLOSED: how, when and by whom; `null`: nobody decided in time. */
  readonly closed?: Pick<ClosedApproval, "state" | "closed_at" | "closed_by">;
  /** BLOCKED: what blocks it now. */
  readonly finding?: Finding;
}

export function alreadyClosed({ state, closed_at, closed_by }: ClosedApproval): Refusal {
  const by = closed_by === null ? "" : ` by ${closed_by}`;
  return {
    code: "ALREADY_CLOSED",
    message: `This approval was closed as ${state}${by} at ${closed_at} and takes no more votes. To act on it after all, have the agent propose a new intent.`,
    closed: { state, closed_at, closed_by },
  };
}

export function expired({ expires_at }: Approval): Refusal {
  return {
    code: "EXPIRED",
    message: `This approval expired at ${expires_at} because nobody decided it in time. Have the agent propose a new intent.`,
  };
}

export function blocked(finding: Finding): Refusal {
  return {
    code: "BLOCKED",
    message: `The gate blocks this action now (${finding.reason}): ${finding.explanation} Remove the cause and vote again, or reject the action.`,
    finding,
  };
}

/** Refusals that say the same of every approval. */
const SENTENCES = {
  FINGERPRINT_MISMATCH:
    "The vote names the fingerprint of another payload than the one held here. Read the approval again and vote on what it shows.",
  NOT_EXECUTABLE:
    "The agent may only propose this action (PROPOSE_ONLY), so it cannot be approved. Carry it out yourself and vote HANDLED, or reject it.",
  NOT_HANDLED:
    "The agent may execute this action once it is approved, so it cannot be marked as carried out by a person. Approve it or reject it.",
  PEOPLE_ONLY:
    "The approval rule takes votes of people only, and this credential is a service's. Sign in as a person, or use a key of kind PERSON.",
  MINIMUM_ROLE:
    "The approval rule asks for a higher role than this credential has. Ask an admin to vote.",
  COMMENT_REQUIRED: "The approval rule asks for a comment with this vote. Add one and vote again.",
  SELF_APPROVAL:
    "The intent names this credential in proposed_by, and a proposer has no vote. Ask someone else to vote, or withdraw the intent.",
} as const satisfies Partial<Record<RefusalCode, string>>;

export function refusal(code: keyof typeof SENTENCES): Refusal {
  return { code, message: SENTENCES[code] };
}
