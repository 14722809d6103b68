import type { ConfigScope } from "../../config/address.ts";
import type { ConfigAttributes, ConfigChange } from "../../config/change.ts";
import type { AccountRef } from "../../ids.ts";
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
export function fenceRaise(
  table: string,
  account: AccountRef,
): NonNullable<TransactItem["Update"]> {
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

function objectItem(table: string, change: ConfigChange): TransactItem {
  const key = configKey(change);
  const unchanged = isStill(change.before);
  return change.after === undefined
    ? { Delete: { TableName: table, Key: key, ...unchanged } }
    : { Put: { TableName: table, Item: { ...key, ...change.after }, ...unchanged } };
}

/** Holds only while every attribute is what it was: content is the version. */
function isStill(before: ConfigAttributes | undefined) {
  const asked = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
  if (before === undefined) {
    return { ConditionExpression: "attribute_not_exists(pk)", ...asked };
  }
  const attributes = Object.entries(before);
  const equalities = attributes.map((_, index) => `#a${index} = :a${index}`);
  return {
    ConditionExpression: ["attribute_exists(pk)", ...equalities].join(" AND "),
    ...(attributes.length === 0
      ? {}
      : {
          ExpressionAttributeNames: Object.fromEntries(
            attributes.map(([name], index) => [`#a${index}`, name]),
          ),
          ExpressionAttributeValues: Object.fromEntries(
            attributes.map(([, value], index) => [`:a${index}`, value]),
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
