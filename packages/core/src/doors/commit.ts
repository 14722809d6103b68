/** The protocols: reading facts, committing decisions, changing configuration, sending until accepted. */

export type { ApprovalContext } from "../commit/approval-context.ts";
export { type Deadline, deadlineIn } from "../commit/backoff.ts";
export { COMMIT_WINDOW_MS, REQUEST_MS_MAX } from "../commit/bounds.ts";
export { castVote, type VoteReply, withdraw } from "../commit/cast-vote.ts";
export { commitInWaves } from "../commit/commit-in-waves.ts";
export { CONFIG_OBJECTS_MAX_DEFAULT, configStore } from "../commit/config-store.ts";
export type { CommitContext, GateSignals } from "../commit/context.ts";
export { type OpeningRequest, openApproval } from "../commit/open-approval.ts";
export { readAllFacts } from "../commit/read-all-facts.ts";
export { adopt, type CommitResult } from "../commit/result.ts";
export { type SetBackReply, type SetBackRequest, setBackDay } from "../commit/set-back-day.ts";
export { type Swept, sweep } from "../commit/sweep.ts";
export { createTurns, type Turns } from "../commit/turns.ts";
export { refusal, refusalBy } from "../delivery/refusal.ts";
export { type SendingTerms, sendUntilAccepted } from "../delivery/send-until-accepted.ts";
