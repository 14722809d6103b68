import * as z from "zod";
import { AccountId, ActionType, TenantId } from "../ids.ts";
import type { ModeLevel, ModeSource } from "../mode/mode.ts";
import { levelInForce } from "../mode/resolve-mode.ts";
import type { Stored } from "../stored.ts";
import { Instant } from "../time.ts";

const CommentRequired = z.enum(["NEVER", "ON_REJECT", "ALWAYS"]);

/** The least role that a vote needs. */
const MinimumRole = z.enum(["approver", "admin"]);
export type MinimumRole = z.infer<typeof MinimumRole>;

/** What a rule says, each with its bounds. */
const TERMS = {
  votes_needed: z.int().min(1).max(5),
  expires_after_seconds: z.int().min(300).max(2_592_000),
  valid_for_seconds: z.int().min(60).max(604_800),
  comment_required: CommentRequired,
  minimum_role: MinimumRole,
};

/**
 * The rule of one level. Without `action_type` it is the level's default, without `account_id` the
 * tenant's, without `tenant_id` the default for everyone (which has no action type).
 */
export const ApprovalRuleV1 = z.object({
  tenant_id: TenantId.optional(),
  account_id: AccountId.optional(),
  action_type: ActionType.optional(),
  ...TERMS,
  /** Absent: false. */
  people_only: z.boolean().optional(),
  updated_at: Instant,
  updated_by: z.string().optional(),
});
export type ApprovalRuleV1 = z.infer<typeof ApprovalRuleV1>;

/** A stored rule: a field that is absent (`people_only` apart) or unreadable has its strictest value. */
export const ApprovalRule = z.object({
  votes_needed: TERMS.votes_needed.catch(5),
  expires_after_seconds: TERMS.expires_after_seconds.catch(300),
  valid_for_seconds: TERMS.valid_for_seconds.catch(60),
  comment_required: TERMS.comment_required.catch("ALWAYS"),
  minimum_role: TERMS.minimum_role.catch("admin"),
  people_only: z.boolean().default(false).catch(true),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/** In force where no level has a rule. */
export const DEFAULT_APPROVAL_RULE: ApprovalRule = {
  votes_needed: 1,
  expires_after_seconds: 604_800,
  valid_for_seconds: 86_400,
  comment_required: "NEVER",
  minimum_role: "approver",
  people_only: false,
};

export type ApprovalRuleLevels = Readonly<Record<ModeLevel, Stored<ApprovalRule>>>;

/** The rule in force: the first configured level answers, in the order of the modes' levels. */
export function resolveApprovalRule(levels: ApprovalRuleLevels): {
  readonly rule: ApprovalRule;
  readonly source: ModeSource;
} {
  const found = levelInForce(levels);
  if (found === undefined) return { rule: DEFAULT_APPROVAL_RULE, source: "NOT_CONFIGURED" };
  const { source, stored } = found;
  return { rule: stored.status === "readable" ? stored.value : ApprovalRule.parse({}), source };
}
