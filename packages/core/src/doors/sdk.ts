/** For publishers and subscribers: sending intents, reading outcomes. */

export { ACTION_APPROVED_TRANSFORMER, ActionApproved, toActionApproved } from "../sdk/compat.ts";
export {
  type ApprovalRequiredEvent,
  type AutoApprovedEvent,
  type BlockedEvent,
  OutcomeError,
  type OutcomeErrorCode,
  OutcomeEvent,
  parseOutcome,
} from "../sdk/parse-outcome.ts";
export {
  type AcceptedIntent,
  forwardActionIntents,
  type IntentToPublish,
  type PublishOptions,
  type PublishReport,
  publishActionIntents,
  type RejectedIntent,
  type UncheckedIntent,
} from "../sdk/publish.ts";
