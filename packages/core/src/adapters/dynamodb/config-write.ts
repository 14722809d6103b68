import { ActionTypeBudgetV1, AutonomyBudgetV1 } from "../../budget/budget.ts";
import { ActionTypeConfigV1 } from "../../catalogue/action-type.ts";
import type { ConfigObject, ConfigScope } from "../../config/address.ts";
import type { ConfigChange } from "../../config/change.ts";
import type { AccountRef } from "../../ids.ts";
import { KillSwitchV1 } from "../../kill-switch/kill-switch.ts";
import { AutonomyModeConfigV1 } from "../../mode/mode.ts";
import { ActivePolicyV1 } from "../../policy/policy.ts";
import type { TransactItem } from "./budget-write.ts";
import type { TableNames } from "./client.ts";
import { configKey } from "./config-keys.ts";
import { AUDIT_PREFIX, accountPk, CURRENT_BUDGET_STATE_SK, GLOBAL_PK, tenantPk } from "./keys.ts";

/** The items of one change: the object, its audit entry, and the account's fence if it has one. */
export function changeItems(
  tables: TableNames,
  change: ConfigChange,
  auditId: string,
): TransactItem[] {
  const fenced = fencedAccount(change.scope);
  return [
    objectItem(tables.config, change),
    { Put: { TableName: tables.ledger, Item: auditItem(change, auditId) } },
    ...(fenced === undefined ? [] : [{ Update: fenceRaise(tables.budgetState, fenced) }]),
  ];
}

/** The account whose decisions a change in a scope must not race with. */
export function fencedAccount(scope: ConfigScope): AccountRef | undefined {
  return scope.kind === "ACCOUNT" ? scope : undefined;
}

/** Raises an account's fence: commits that rely on facts read before it are refused. */
function fenceRaise(table: string, account: AccountRef): NonNullable<TransactItem["Update"]> {
  return {
    TableName: table,
    Key: { pk: accountPk(account), sk: CURRENT_BUDGET_STATE_SK },
    UpdateExpression: "SET tenant_id = :tenant, account_id = :account ADD fence :one",
    ExpressionAttributeValues: {
      ":tenant": account.tenant_id,
      ":account": account.account_id,
      ":one": 1,
    },
  };
}

/**
 * Raises an account's fence if it was ever raised. Without a budget state it never was, and no
 * change of the account needs it: each makes one.
 */
export function fenceRaiseAgain(table: string, account: AccountRef) {
  return { ...fenceRaise(table, account), ConditionExpression: "attribute_exists(pk)" };
}

function objectItem(table: string, change: ConfigChange): TransactItem {
  const key = configKey(change);
  const unchanged = isStill(change);
  return change.after === undefined
    ? { Delete: { TableName: table, Key: key, ...unchanged } }
    : { Put: { TableName: table, Item: { ...key, ...change.after }, ...unchanged } };
}

/** What each kind of object has by its schema, and all that is ever written here. */
const SCHEMAS: Readonly<Record<ConfigObject["kind"], { readonly shape: object }>> = {
  MODE: AutonomyModeConfigV1,
  BUDGET: AutonomyBudgetV1,
  ACTION_TYPE_BUDGET: ActionTypeBudgetV1,
  KILL_SWITCH: KillSwitchV1,
  ACTION_TYPE: ActionTypeConfigV1,
  ACTIVE_POLICY: ActivePolicyV1,
};

/** Attributes of others that one condition compares: DynamoDB takes 4 KB and 300 operators. */
const OTHERS_COMPARED_MAX = 100;

/**
 * Holds only while the object is what it was: content is the version. What it has is as it was, and
 * what its schema knows beyond that is still not there. A write from here takes the attributes of
 * others away, so that comparing some of them is enough to see it; only what others themselves do
 * to the rest meanwhile is not seen.
 */
function isStill({ object, before }: ConfigChange) {
  const asked = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
  if (before === undefined) {
    return { ConditionExpression: "attribute_not_exists(pk)", ...asked };
  }
  const known = [...Object.keys(SCHEMAS[object.kind].shape), "updated_at"];
  const others = Object.keys(before).filter((name) => !known.includes(name));
  const names = new Set([...known, ...others.slice(0, OTHERS_COMPARED_MAX)]);
  const terms = [...names].map((name, index) => ({ name, index, value: before[name] }));
  const present = terms.filter(({ value }) => value !== undefined);
  const unchanged = terms.map(({ index, value }) =>
    value === undefined ? `attribute_not_exists(#a${index})` : `#a${index} = :a${index}`,
  );
  return {
    ConditionExpression: ["attribute_exists(pk)", ...unchanged].join(" AND "),
    ExpressionAttributeNames: Object.fromEntries(
      terms.map(({ name, index }) => [`#a${index}`, name]),
    ),
    ...(present.length === 0
      ? {}
      : {
          ExpressionAttributeValues: Object.fromEntries(
            present.map(({ index, value }) => [`:a${index}`, value]),
          ),
        }),
    ...asked,
  };
}

function auditItem(change: ConfigChange, auditId: string): Record<string, unknown> {
  const { scope, before, after } = change;
  return {
    pk: scope.kind === "GLOBAL" ? GLOBAL_PK : tenantPk(scope.tenant_id),
    sk: `${AUDIT_PREFIX}${auditId}`,
    at: change.at,
    actor: change.actor,
    action: change.action,
    object: configKey(change).sk,
    ...(scope.kind === "ACCOUNT" ? { account_id: scope.account_id } : {}),
    before: before ?? null,
    after: after ?? null,
    request_id: change.request_id,
  };
}
