/** Approvals: their states, votes, rules and closing events. Pure. */

export { Approval, refOf, Verdict } from "../approval/approval.ts";
export {
  ActionApprovalExpired,
  ActionApproved,
  ActionHandled,
  ActionRejected,
  ActionWithdrawn,
  CLOSING_DETAILS,
} from "../approval/events.ts";
export type { Refusal } from "../approval/refusal.ts";
export {
  type ApprovalRule,
  ApprovalRuleV1,
  type MinimumRole,
  resolveApprovalRule,
} from "../approval/rule.ts";
