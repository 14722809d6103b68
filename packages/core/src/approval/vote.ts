import { mayActAs, type Role } from "../access/role.ts";
import type { RefusedDecision } from "../decision/decision.ts";
import {
  type Approval,
  isOverdue,
  type PendingApproval,
  type Rejection,
  type Verdict,
  type Vote,
} from "./approval.ts";
import { type Cause, type Closing, close } from "./closing.ts";
import { alreadyClosed, blocked, expired, type Refusal, refusal } from "./refusal.ts";

/** Who votes, as the credential says. */
export interface Principal {
  /** What tells this principal from all others. */
  readonly actor: string;
  readonly name?: string | undefined;
  readonly kind: "PERSON" | "SERVICE";
  readonly roles: readonly Role[];
}

/** What a principal says. */
export interface CastVote {
  readonly verdict: Verdict;
  /** Of the payload that was shown to the voter. */
  readonly fingerprint: string;
  readonly comment?: string | undefined;
  readonly acting_for?: string | undefined;
  /** With REJECT; absent parts have their defaults. */
  readonly rejection?: Partial<Pick<Rejection, "reason_code" | "retry">> | undefined;
}

/** All that the rules of voting may know. */
export interface VoteQuestion {
  readonly approval: Approval;
  readonly vote: CastVote;
  readonly principal: Principal;
  /** `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  readonly now: string;
  /** The intent's `proposed_by`, as received. */
  readonly proposedBy: unknown;
}

/** What a vote does. */
export type VoteEffect =
  /** It is recorded; more are needed. */
  | { readonly effect: "counted"; readonly approval: PendingApproval }
  | { readonly effect: "closed"; readonly closing: Closing }
  /** The principal has said so before. */
  | { readonly effect: "unchanged"; readonly approval: Approval }
  | { readonly effect: "refused"; readonly refusal: Refusal };

/**
 * What a vote does. An APPROVE that nothing else refuses is decided again.
 *
 * @param holdNow what the gate has against the action on fresh facts, if anything; absent: such an
 * APPROVE is `undecided`
 */
export function voteEffect(
  question: VoteQuestion,
  holdNow?: () => RefusedDecision | undefined,
): VoteEffect | { readonly effect: "undecided" } {
  const { approval, vote, principal } = question;
  if (vote.fingerprint !== approval.fingerprint) return refused(refusal("FINGERPRINT_MISMATCH"));
  if (approval.votes.some(isRepeatOf(vote, principal))) return { effect: "unchanged", approval };
  if (approval.state !== "PENDING") return refused(alreadyClosed(approval));
  const problem = ineligible(question) ?? unfit(approval, vote);
  if (problem !== undefined) return refused(problem);
  if (vote.verdict !== "APPROVE") return cast(approval, question);
  if (holdNow === undefined) return { effect: "undecided" };
  const stopped = stoppedBy(holdNow());
  return stopped === undefined ? cast(approval, question) : refused(stopped);
}

function isRepeatOf({ verdict }: CastVote, { actor }: Principal) {
  return (vote: Vote) => vote.actor === actor && vote.verdict === verdict;
}

/** Why this principal has no vote now. */
function ineligible({ approval, principal, now, proposedBy }: VoteQuestion): Refusal | undefined {
  const { rule } = approval;
  if (isOverdue(approval, now)) return expired(approval);
  if (!mayActAs(principal.roles, rule.minimum_role)) return refusal("MINIMUM_ROLE");
  if (rule.people_only && principal.kind !== "PERSON") return refusal("PEOPLE_ONLY");
  const proposers: unknown[] = Array.isArray(proposedBy) ? proposedBy : [proposedBy];
  return proposers.includes(principal.actor) ? refusal("SELF_APPROVAL") : undefined;
}

/** Why this verdict does not fit the approval. */
function unfit({ rule, decision }: PendingApproval, vote: CastVote): Refusal | undefined {
  const { verdict, comment = "" } = vote;
  const needsComment =
    rule.comment_required === "ALWAYS" ||
    (rule.comment_required === "ON_REJECT" && verdict === "REJECT");
  if (needsComment && comment.trim() === "") return refusal("COMMENT_REQUIRED");
  const executable = decision.executable_after_approval;
  if (verdict === "APPROVE" && !executable) return refusal("NOT_EXECUTABLE");
  if (verdict === "HANDLED" && executable) return refusal("NOT_HANDLED");
  return undefined;
}

/** Why the gate would not let it run now, even approved. */
function stoppedBy(hold: RefusedDecision | undefined): Refusal | undefined {
  if (hold === undefined) return undefined;
  if (hold.decision === "REQUIRE_APPROVAL") {
    return hold.executable_after_approval ? undefined : refusal("NOT_EXECUTABLE");
  }
  const { reason, policy_clause: clause, explanation } = hold;
  return blocked({ reason, clause, explanation });
}

/** Records the vote in place of the principal's earlier one, and closes what it decides. */
function cast(before: PendingApproval, { vote, principal, now }: VoteQuestion): VoteEffect {
  const { actor, name } = principal;
  const { verdict, comment, acting_for } = vote;
  const recorded: Vote = {
    actor,
    ...(name === undefined ? {} : { name }),
    verdict,
    at: now,
    ...(comment === undefined ? {} : { comment }),
    ...(acting_for === undefined ? {} : { acting_for }),
  };
  const votes = [...before.votes.filter((earlier) => earlier.actor !== actor), recorded];
  const approval = { ...before, votes };
  const cause = causeOf(approval, actor, vote);
  if (cause !== undefined) return { effect: "closed", closing: close(approval, cause, now) };
  return { effect: "counted", approval: { ...approval, version: before.version + 1 } };
}

/** What the votes decide; `undefined`: nothing yet. */
function causeOf(
  { votes, rule }: PendingApproval,
  by: string,
  { verdict, rejection }: CastVote,
): Cause | undefined {
  switch (verdict) {
    case "REJECT":
      return {
        state: "REJECTED",
        by,
        rejection: {
          reason_code: rejection?.reason_code ?? "OTHER",
          retry: rejection?.retry ?? "NEVER",
        },
      };
    case "HANDLED":
      return { state: "HANDLED", by };
    case "APPROVE": {
      const approvals = votes.filter((vote) => vote.verdict === "APPROVE");
      return approvals.length >= rule.votes_needed ? { state: "APPROVED", by } : undefined;
    }
    default:
      return verdict satisfies never;
  }
}

function refused(problem: Refusal): VoteEffect {
  return { effect: "refused", refusal: problem };
}

/** What a withdrawal does. */
export function withdrawalEffect(
  approval: Approval,
  by: string,
  reason: string | undefined,
  now: string,
): Exclude<VoteEffect, { readonly effect: "counted" }> {
  if (approval.state === "WITHDRAWN" && approval.closed_by === by) {
    return { effect: "unchanged", approval };
  }
  if (approval.state !== "PENDING") return { effect: "refused", refusal: alreadyClosed(approval) };
  if (isOverdue(approval, now)) return { effect: "refused", refusal: expired(approval) };
  const cause: Cause = { state: "WITHDRAWN", by, reason };
  return { effect: "closed", closing: close(approval, cause, now) };
}

/** The closing of an approval whose time is over; `undefined`: it is not. */
export function expiry(approval: Approval, now: string): Closing | undefined {
  if (approval.state !== "PENDING" || !isOverdue(approval, now)) return undefined;
  return close(approval, { state: "EXPIRED" }, now);
}
