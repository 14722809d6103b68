import type { KeyId } from "../access/api-key.ts";
import type { AccountId, ActionType, TenantId } from "../ids.ts";
import type { SwitchOwner } from "../kill-switch/applied.ts";

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
  /** What all accounts of a tenant may do together, as the platform set it. */
  | { readonly kind: "BUDGET_CEILING" }
  /** The same, as the tenant set it. */
  | { readonly kind: "TENANT_BUDGET" }
  | { readonly kind: "ACTION_TYPE_BUDGET"; readonly action_type: ActionType }
  /** For everyone the platform alone has one, whatever owner is named. */
  | { readonly kind: "KILL_SWITCH"; readonly owner: SwitchOwner }
  | { readonly kind: "ACTION_TYPE"; readonly action_type: ActionType }
  | { readonly kind: "ACTIVE_POLICY" }
  /** A credential of the tenant, or with no tenant one of the platform. */
  | { readonly kind: "API_KEY"; readonly key_id: KeyId };

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
