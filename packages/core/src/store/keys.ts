import type { ApprovalState } from "../approval/approval.ts";
import type { DateKey } from "../day.ts";
import type {
  AccountId,
  AccountRef,
  ActionType,
  BudgetOwner,
  IntentId,
  IntentRef,
  TenantId,
} from "../ids.ts";
import type { Key } from "../table/table.ts";

export const GLOBAL_PK = "GLOBAL";

export function tenantPk(tenantId: TenantId): string {
  return `TENANT#${tenantId}`;
}

export function accountPk({ tenant_id, account_id }: AccountRef): string {
  return `TENANT#${tenant_id}#ACCOUNT#${account_id}`;
}

/** Where a budget's days are stored. */
export function budgetPk({ tenant_id, account_id }: BudgetOwner): string {
  return account_id === undefined ? tenantPk(tenant_id) : accountPk({ tenant_id, account_id });
}

export const MODE_PREFIX = "AUTONOMY#";

export function modeSk(actionType?: ActionType): string {
  return `${MODE_PREFIX}${actionType ?? "DEFAULT"}`;
}

export const APPROVAL_RULE_PREFIX = "APPROVAL_RULE#";

export function approvalRuleSk(actionType?: ActionType): string {
  return `${APPROVAL_RULE_PREFIX}${actionType ?? "DEFAULT"}`;
}

export const BUDGET_SK = "BUDGET#CONFIG";

export const ACTION_TYPE_BUDGET_PREFIX = "BUDGET#ACTION_TYPE#";

export function actionTypeBudgetSk(actionType: ActionType): string {
  return `${ACTION_TYPE_BUDGET_PREFIX}${actionType}`;
}

/** Limits on all accounts of a tenant together: the platform's, and the tenant's own. */
export const CEILING_SK = "BUDGET#CEILING";
export const TENANT_BUDGET_SK = "BUDGET#TENANT";

export const KILL_SWITCH_SK = "KILL_SWITCH";

/** The platform's stop of a tenant or an account; its stop of everyone is at `KILL_SWITCH_SK`. */
export const PLATFORM_KILL_SWITCH_SK = "KILL_SWITCH#PLATFORM";

export const CATALOGUE_PREFIX = "ACTION_TYPE#";

export function catalogueSk(actionType: ActionType): string {
  return `${CATALOGUE_PREFIX}${actionType}`;
}

export const ACTIVE_POLICY_SK = "POLICY#ACTIVE";

/** How many configuration objects a tenant and its accounts have, stops left out. */
export const OBJECT_COUNT_SK = "OBJECT_COUNT";

export const CURRENT_BUDGET_STATE_SK = "BUDGET_STATE#CURRENT";

/** The row a day is closed into. */
export function closedDaySk(day: DateKey): string {
  return `BUDGET_STATE#${day.replaceAll("-", "")}`;
}

export const DECISION_PREFIX = "DECISION#";

export function decisionKey(ref: IntentRef): Key {
  return { pk: accountPk(ref), sk: `${DECISION_PREFIX}${ref.action_intent_id}` };
}

export const APPROVAL_PREFIX = "APPROVAL#";

/** An approval in the actions table, and its closing in the ledger. */
export function approvalKey(ref: IntentRef): Key {
  return { pk: accountPk(ref), sk: `${APPROVAL_PREFIX}${ref.action_intent_id}` };
}

/** The payload that an approval is about. */
export function payloadKey(ref: IntentRef): Key {
  return { pk: accountPk(ref), sk: `${APPROVAL_PREFIX}${ref.action_intent_id}#INTENT` };
}

export const AUDIT_PREFIX = "AUDIT#";

/** Partitions of the list of one tenant's decisions: one alone would be a hot one. */
export const LIST_SHARDS = 8;

/** Where an account's decisions are listed. Every decision holds it, so it is short. */
export function listPk(tenantId: TenantId, shard: number): string {
  return `${tenantId}#${shard}`;
}

/** The list of a tenant's closings in the ledger. */
export const CLOSINGS_LIST = "CLOSED";

/** Where a tenant's approvals of one state are listed, and its closings in the ledger. */
export function approvalListPk(
  tenantId: TenantId,
  shard: number,
  state: ApprovalState | typeof CLOSINGS_LIST,
): string {
  return `${listPk(tenantId, shard)}#APPROVAL#${state}`;
}

/** Partitions of the open work of all tenants. */
export const DUE_SHARDS = 8;

export function duePk(shard: number): string {
  return `DUE#${shard}`;
}

/** The shard of an id, 0 to 7: FNV-1a, the same in every language and for ever. */
export function shardOf(id: AccountId | IntentId): number {
  let hash = 0x811c9dc5;
  for (const character of id) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return (hash >>> 0) % LIST_SHARDS;
}
