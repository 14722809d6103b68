import type { Approval } from "../approval/approval.ts";
import type { Refusal } from "../approval/refusal.ts";
import {
  type CastVote,
  type Principal,
  type VoteEffect,
  voteEffect,
  withdrawalEffect,
} from "../approval/vote.ts";
import { type Calendar, instantText } from "../day.ts";
import type { RefusedDecision } from "../decision/decision.ts";
import { PermanentError, TransientError } from "../errors.ts";
import { decide } from "../gate/decide.ts";
import type { IntentRef } from "../ids.ts";
import { ActionIntentV1 } from "../intent/intent.ts";
import type { Fence, FencedFacts, FoundApproval } from "../store/approvals.ts";
import { type ApprovalContext, findApproval, retryTerms } from "./approval-context.ts";
import { COMMIT_WINDOW_MS } from "./bounds.ts";
import { ageMs, type ReadTime, timedRead } from "./read-facts.ts";
import { tell } from "./tell.ts";
import { untilDone } from "./until-done.ts";

/** What became of a vote or a withdrawal. */
export type VoteReply =
  /** There is none; `opening`: its decision is recorded, and it will be opened. */
  | { readonly status: "absent"; readonly opening: boolean }
  | { readonly status: "refused"; readonly refusal: Refusal }
  /** It is counted, or was before. `intent`: the payload's canonical text, while it is kept. */
  | {
      readonly status: "done";
      readonly approval: Approval;
      readonly intent: string | undefined;
    };

/** What is to be written, and the read it relies on. */
interface Proposal {
  readonly effect: VoteEffect;
  readonly read?: ReadTime & { readonly fence: Fence };
}

/**
 * Casts a vote: one transaction on the approval's version. An APPROVE is decided again on fresh
 * facts; the one that closes also holds the account's fence as read. Tells what it closes.
 * Throws TransientError DEADLINE when no attempt was in time: then the vote may be counted or not.
 */
export function castVote(
  ref: IntentRef,
  vote: CastVote,
  principal: Principal,
  context: ApprovalContext,
): Promise<VoteReply> {
  return settleApproval(ref, context, async (approval, intent) => {
    const now = instantText(context.clock.epochMs());
    const payload = intent === undefined ? undefined : ActionIntentV1.parse(JSON.parse(intent));
    const question = { approval, vote, principal, now, proposedBy: payload?.proposed_by };
    const effect = voteEffect(question);
    if (effect.effect !== "undecided") return { effect };
    if (payload === undefined) throw new PermanentError("The approval's payload is not stored.");
    const { value, ...time } = await timedRead(
      () => context.store.facts(ref, payload.action_type),
      context,
    );
    const holdNow = () => holdOn(payload, value, time.calendar);
    const decided = voteEffect({ ...question, now: time.calendar.instant }, holdNow);
    if (decided.effect === "undecided") throw new TypeError("A vote with a decision is decided.");
    return { effect: decided, read: { ...time, fence: value.fence } };
  });
}

/** Takes back a pending approval, for its proposer or an operator. Tells what it closes. */
export function withdraw(
  ref: IntentRef,
  { by, reason }: { readonly by: string; readonly reason?: string | undefined },
  context: ApprovalContext,
): Promise<VoteReply> {
  return settleApproval(ref, context, async (approval) => {
    const now = instantText(context.clock.epochMs());
    return { effect: withdrawalEffect(approval, by, reason, now) };
  });
}

/** What the gate has against the action now; `undefined`: it could run by itself. */
function holdOn(
  intent: ActionIntentV1,
  { facts }: FencedFacts,
  calendar: Calendar,
): RefusedDecision | undefined {
  const proposal = decide(intent, { ...facts, calendar });
  return proposal.kind === "held" ? proposal.decision : undefined;
}

/** Reads, proposes and commits, again while the approval or the account's fence moves meanwhile. */
function settleApproval(
  ref: IntentRef,
  context: ApprovalContext,
  propose: (approval: Approval, intent: string | undefined) => Promise<Proposal>,
): Promise<VoteReply> {
  return untilDone(
    async () => {
      const found = await findApproval(ref, context);
      if (found.approval.status === "absent") return absent(found);
      if (found.approval.status === "unreadable") {
        throw new PermanentError("The stored approval cannot be read.");
      }
      const { effect, read } = await propose(found.approval.value, found.intent);
      return commit(effect, read, found, context);
    },
    retryTerms("vote", context),
  );
}

function absent({ record, closing }: FoundApproval): VoteReply {
  const held = record.status === "readable" && record.value.decision === "REQUIRE_APPROVAL";
  return { status: "absent", opening: held && closing.status === "absent" };
}

async function commit(
  effect: VoteEffect,
  read: Proposal["read"],
  { intent, closing: entry }: FoundApproval,
  context: ApprovalContext,
): Promise<VoteReply> {
  const { store } = context;
  switch (effect.effect) {
    case "refused":
      return { status: "refused", refusal: effect.refusal };
    case "unchanged": {
      const { approval } = effect;
      // The reply to an attempt of this very vote may have been lost.
      if (approval.state !== "PENDING" && approval.untold && entry.status === "readable") {
        return {
          status: "done",
          approval: await tell(approval, entry.value, intent, context),
          intent,
        };
      }
      return { status: "done", approval, intent };
    }
    case "counted":
      ensureFresh(read, context);
      if (!(await store.replace(effect.approval))) throw moved();
      return { status: "done", approval: effect.approval, intent };
    case "closed": {
      const { approval, entry: told } = effect.closing;
      ensureFresh(read, context);
      if (!(await store.close(effect.closing, read))) throw moved();
      return { status: "done", approval: await tell(approval, told, intent, context), intent };
    }
    default:
      return effect satisfies never;
  }
}

/** No commit is sent later than its window after the read it relies on. */
function ensureFresh(read: Proposal["read"], { clock }: ApprovalContext): void {
  if (read !== undefined && ageMs(read, clock) > COMMIT_WINDOW_MS) {
    throw new TransientError("UNAVAILABLE", "The facts were read too long ago to commit on.");
  }
}

function moved(): TransientError {
  return new TransientError("CONFLICT", "The approval or its account's fence changed meanwhile.");
}
