import type { Ruling } from "../policy/evaluate.ts";
import type { RatedFinding, Reason } from "../policy/policy.ts";
import type { ClockReading } from "../policy/question.ts";
import type { DateKey } from "../time.ts";
import type {
  AutoExecuteDecision,
  BlockDecision,
  Decision,
  GrantedBudget,
  RefusedDecision,
  RequireApprovalDecision,
  SpentBudget,
} from "./decision.ts";

/** Decisions are made here and nowhere else: each from its ruling, none from another decision. */

/** What a decision is about: all `null` for an intent that is not valid. */
interface Subject extends Pick<Decision, "autonomy_mode" | "mode_source" | "facts"> {
  readonly now: Pick<ClockReading, "instant">;
}

/** The action runs by itself, counted for the days of the budgets that granted it. */
export function autoExecute(
  subject: Subject,
  ruling: Ruling<"AUTO_EXECUTE">,
  budget: GrantedBudget,
  tenantDateKey: DateKey | undefined,
): AutoExecuteDecision {
  return {
    ...stated(subject, ruling),
    decision: "AUTO_EXECUTE",
    reason: ruling.primary.reason,
    reasons: reasonsOf(ruling.findings),
    executable_after_approval: true,
    approval_source: "POLICY",
    auto_executed: true,
    budget,
    date_key: budget.date_key,
    ...(tenantDateKey === undefined ? {} : { tenant_date_key: tenantDateKey }),
  };
}

/** A person must approve the action, or carry it out when the agent may only propose it. */
export function requireApproval(
  subject: Subject,
  ruling: Ruling<"REQUIRE_APPROVAL">,
  budget?: SpentBudget,
): RequireApprovalDecision {
  return {
    ...stated(subject, ruling),
    decision: "REQUIRE_APPROVAL",
    reason: ruling.primary.reason,
    reasons: reasonsOf(ruling.findings),
    executable_after_approval: !ruling.findings.some(({ reason }) => reason === "PROPOSE_ONLY"),
    approval_source: null,
    auto_executed: false,
    ...(budget === undefined ? {} : { budget }),
  };
}

/** The action must not run. */
export function block(subject: Subject, ruling: Ruling<"BLOCK">): BlockDecision {
  return {
    ...stated(subject, ruling),
    decision: "BLOCK",
    reason: ruling.primary.reason,
    reasons: reasonsOf(ruling.findings),
    executable_after_approval: false,
    approval_source: null,
    auto_executed: false,
  };
}

/** The refusal that follows from a ruling alone. */
export function refuse(
  subject: Subject,
  ruling: Ruling<"REQUIRE_APPROVAL"> | Ruling<"BLOCK">,
): RefusedDecision {
  return ruling.decision === "BLOCK" ? block(subject, ruling) : requireApproval(subject, ruling);
}

/** What every decision states. */
function stated(
  { autonomy_mode, mode_source, facts, now }: Subject,
  { primary, policy_version }: { readonly primary: RatedFinding; readonly policy_version: string },
) {
  return {
    explanation: primary.explanation,
    policy_version,
    policy_clause: primary.clause,
    autonomy_mode,
    mode_source,
    facts,
    decided_at: now.instant,
  };
}

function reasonsOf<R extends Reason>(
  findings: readonly {
    readonly reason: R;
    readonly clause: string;
    readonly explanation: string;
  }[],
) {
  return findings.map(({ reason, clause, explanation }) => ({ reason, clause, explanation }));
}
