import type { AccountId, ActionType, TenantId } from "../ids.ts";

/** Whom a configuration object is for. */
export type ConfigScope =
  | { readonly kind: "GLOBAL" }
  | { readonly kind: "TENANT"; readonly tenant_id: TenantId }
  | { readonly kind: "ACCOUNT"; readonly tenant_id: TenantId; readonly account_id: AccountId };

/** What a configuration object is. */
export type ConfigObject =
  /** Without a type: the scope's default. */
  | { readonly kind: "MODE"; readonly action_type?: ActionType }
  /** Without a type: the scope's default. */
  | { readonly kind: "APPROVAL_RULE"; readonly action_type?: ActionType }
  | { readonly kind: "BUDGET" }
  | { readonly kind: "ACTION_TYPE_BUDGET"; readonly action_type: ActionType }
  | { readonly kind: "KILL_SWITCH" }
  | { readonly kind: "ACTION_TYPE"; readonly action_type: ActionType }
  | { readonly kind: "ACTIVE_POLICY" };

/** Names one configuration object. */
export interface ConfigAddress {
  readonly scope: ConfigScope;
  readonly object: ConfigObject;
}

/** The scope that ids name: none is global. */
export function scopeOf(tenantId?: TenantId, accountId?: AccountId): ConfigScope {
  if (tenantId === undefined) return { kind: "GLOBAL" };
  if (accountId === undefined) return { kind: "TENANT", tenant_id: tenantId };
  return { kind: "ACCOUNT", tenant_id: tenantId, account_id: accountId };
}
