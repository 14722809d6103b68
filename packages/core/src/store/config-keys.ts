import type { ConfigAddress, ConfigObject, ConfigScope } from "../config/address.ts";
import type { Address } from "../table/table.ts";
import { API_KEY_PARTITION } from "../topology.ts";
import {
  ACTIVE_POLICY_SK,
  accountPk,
  actionTypeBudgetSk,
  approvalRuleSk,
  BUDGET_SK,
  CEILING_SK,
  catalogueSk,
  GLOBAL_PK,
  KILL_SWITCH_SK,
  modeSk,
  PLATFORM_KILL_SWITCH_SK,
  TENANT_BUDGET_SK,
  tenantPk,
} from "./keys.ts";

/** Where a configuration object is stored. */
export function configAddress({ scope, object }: ConfigAddress): Address {
  // A key is looked up before anyone knows whose it is.
  if (object.kind === "API_KEY") {
    return { table: "config", pk: API_KEY_PARTITION, sk: object.key_id };
  }
  return { table: "config", pk: scopePk(scope), sk: objectSk(scope, object) };
}

export function scopePk(scope: ConfigScope): string {
  switch (scope.kind) {
    case "GLOBAL":
      return GLOBAL_PK;
    case "TENANT":
      return tenantPk(scope.tenant_id);
    case "ACCOUNT":
      return accountPk(scope);
    default:
      return scope satisfies never;
  }
}

function objectSk(
  scope: ConfigScope,
  object: Exclude<ConfigObject, { readonly kind: "API_KEY" }>,
): string {
  switch (object.kind) {
    case "MODE":
      return modeSk(object.action_type);
    case "APPROVAL_RULE":
      return approvalRuleSk(object.action_type);
    case "BUDGET":
      return BUDGET_SK;
    case "BUDGET_CEILING":
      return CEILING_SK;
    case "TENANT_BUDGET":
      return TENANT_BUDGET_SK;
    case "ACTION_TYPE_BUDGET":
      return actionTypeBudgetSk(object.action_type);
    case "KILL_SWITCH":
      return scope.kind === "GLOBAL" || object.owner === "TENANT"
        ? KILL_SWITCH_SK
        : PLATFORM_KILL_SWITCH_SK;
    case "ACTION_TYPE":
      return catalogueSk(object.action_type);
    case "ACTIVE_POLICY":
      return ACTIVE_POLICY_SK;
    default:
      return object satisfies never;
  }
}
