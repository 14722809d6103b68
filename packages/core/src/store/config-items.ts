import { ApiKeyV1 } from "../access/api-key.ts";
import { ApprovalRuleV1 } from "../approval/rule.ts";
import { ActionTypeBudgetV1, AutonomyBudgetV1 } from "../budget/budget.ts";
import { TenantCeilingV1 } from "../budget/ceiling.ts";
import { ActionTypeConfigV1 } from "../catalogue/action-type.ts";
import type { ConfigAddress, ConfigObject } from "../config/address.ts";
import { type ConfigChange, shown } from "../config/change.ts";
import type { BudgetOwner } from "../ids.ts";
import { KillSwitchV1 } from "../kill-switch/kill-switch.ts";
import { AutonomyModeConfigV1 } from "../mode/mode.ts";
import { ActivePolicyV1 } from "../policy/policy.ts";
import type { Delete, KeyedItem, Put, Update, Write } from "../table/table.ts";
import { configAddress } from "./config-keys.ts";
import {
  AUDIT_PREFIX,
  budgetPk,
  CURRENT_BUDGET_STATE_SK,
  GLOBAL_PK,
  OBJECT_COUNT_SK,
  tenantPk,
} from "./keys.ts";

/**
 * The writes of one change: the object, what counts the tenant's objects where their number changes,
 * the audit entry, and the fence of the budget it concerns.
 *
 * @param objectsMax how many objects a tenant may have
 */
export function changeWrites(change: ConfigChange, auditId: string, objectsMax: number): Write[] {
  const fenced = fencedBudget(change);
  return [
    objectWrite(change),
    ...objectCount(change, objectsMax),
    { kind: "put", table: "ledger", item: auditItem(change, auditId) },
    ...(fenced === undefined ? [] : [fenceRaise(fenced)]),
  ];
}

/** Counts a tenant's objects. Stops and keys are not: nothing may stand in their way. */
function objectCount({ scope, object, before, after }: ConfigChange, objectsMax: number): Update[] {
  const change = Number(after !== undefined) - Number(before !== undefined);
  const isCounted = object.kind !== "KILL_SWITCH" && object.kind !== "API_KEY";
  if (scope.kind === "GLOBAL" || !isCounted || change === 0) return [];
  return [
    {
      kind: "update",
      table: "config",
      pk: tenantPk(scope.tenant_id),
      sk: OBJECT_COUNT_SK,
      update: "ADD objects :change",
      ...(change < 0
        ? { values: { ":change": change } }
        : {
            condition: "(attribute_not_exists(objects) OR objects <= :most)",
            values: { ":change": change, ":most": objectsMax - change },
          }),
    },
  ];
}

/** The budget whose claims a change must not race with: its account's, or of a ceiling its tenant's. */
export function fencedBudget({ scope, object }: ConfigAddress): BudgetOwner | undefined {
  switch (scope.kind) {
    case "GLOBAL":
      return undefined;
    case "TENANT":
      return isCeiling(object) ? scope : undefined;
    case "ACCOUNT":
      return scope;
    default:
      return scope satisfies never;
  }
}

function isCeiling({ kind }: ConfigObject): boolean {
  return kind === "BUDGET_CEILING" || kind === "TENANT_BUDGET";
}

/** Raises a budget's fence: commits that rely on facts read before it are refused. */
function fenceRaise({ tenant_id, account_id }: BudgetOwner): Update {
  const ofAccount = account_id !== undefined;
  return {
    kind: "update",
    table: "budgetState",
    pk: budgetPk({ tenant_id, ...(ofAccount ? { account_id } : {}) }),
    sk: CURRENT_BUDGET_STATE_SK,
    update: `SET tenant_id = :tenant${ofAccount ? ", account_id = :account" : ""} ADD fence :one`,
    values: {
      ":tenant": tenant_id,
      ...(ofAccount ? { ":account": account_id } : {}),
      ":one": 1,
    },
  };
}

/**
 * Raises a budget's fence if it was ever raised. Without a budget state it never was, and no change
 * needs it: each makes one.
 */
export function fenceRaiseAgain(owner: BudgetOwner): Update {
  return { ...fenceRaise(owner), condition: "attribute_exists(pk)" };
}

function objectWrite(change: ConfigChange): Put | Delete {
  const address = configAddress(change);
  const unchanged = isStill(change);
  if (change.after === undefined) return { kind: "delete", ...address, ...unchanged };
  const { table, ...key } = address;
  return { kind: "put", table, item: { ...key, ...change.after }, ...unchanged };
}

/** What each kind of object has by its schema, and all that is ever written here. */
const SCHEMAS: Readonly<Record<ConfigObject["kind"], { readonly shape: object }>> = {
  MODE: AutonomyModeConfigV1,
  APPROVAL_RULE: ApprovalRuleV1,
  BUDGET: AutonomyBudgetV1,
  BUDGET_CEILING: TenantCeilingV1,
  TENANT_BUDGET: TenantCeilingV1,
  ACTION_TYPE_BUDGET: ActionTypeBudgetV1,
  KILL_SWITCH: KillSwitchV1,
  ACTION_TYPE: ActionTypeConfigV1,
  ACTIVE_POLICY: ActivePolicyV1,
  API_KEY: ApiKeyV1,
};

/** Written meanwhile without a change of the object: no change was decided on it. */
const WRITTEN_ALONE: readonly string[] = ["last_used_at"] satisfies (keyof ApiKeyV1)[];

/** Attributes of others that one condition compares: DynamoDB takes 4 KB and 300 operators. */
const OTHERS_COMPARED_MAX = 100;

/**
 * Holds only while the object is what it was: content is the version. What it has is as it was, and
 * what its schema knows beyond that is still not there. A write from here takes the attributes of
 * others away, so that comparing some of them is enough to see it; only what others themselves do
 * to the rest meanwhile is not seen.
 */
function isStill({
  object,
  before,
}: ConfigChange): Pick<Write, "names" | "values"> & { readonly condition: string } {
  if (before === undefined) return { condition: "attribute_not_exists(pk)" };
  const known = [...Object.keys(SCHEMAS[object.kind].shape), "updated_at"];
  const others = Object.keys(before).filter((name) => !known.includes(name));
  const names = new Set([...known, ...others.slice(0, OTHERS_COMPARED_MAX)]);
  const compared = [...names].filter((name) => !WRITTEN_ALONE.includes(name));
  const terms = compared.map((name, index) => ({ name, index, value: before[name] }));
  const present = terms.filter(({ value }) => value !== undefined);
  const unchanged = terms.map(({ index, value }) =>
    value === undefined ? `attribute_not_exists(#a${index})` : `#a${index} = :a${index}`,
  );
  return {
    condition: ["attribute_exists(pk)", ...unchanged].join(" AND "),
    names: Object.fromEntries(terms.map(({ name, index }) => [`#a${index}`, name])),
    values:
      present.length === 0
        ? undefined
        : Object.fromEntries(present.map(({ index, value }) => [`:a${index}`, value])),
  };
}

/** What an audit entry says beside the object that was changed. */
export type Audited = Omit<ConfigChange, "object">;

function auditItem(change: ConfigChange, auditId: string): KeyedItem {
  const { before, after, object } = change;
  const said = {
    ...(before === undefined ? {} : { before: shown(object, before) }),
    ...(after === undefined ? {} : { after: shown(object, after) }),
  };
  return auditEntry({ ...change, ...said }, configAddress(change).sk, auditId);
}

/** @param object the sort key of what was changed */
export function auditEntry(change: Audited, object: string, auditId: string): KeyedItem {
  const { scope, before, after } = change;
  return {
    pk: scope.kind === "GLOBAL" ? GLOBAL_PK : tenantPk(scope.tenant_id),
    sk: `${AUDIT_PREFIX}${auditId}`,
    at: change.at,
    actor: change.actor,
    action: change.action,
    object,
    ...(scope.kind === "ACCOUNT" ? { account_id: scope.account_id } : {}),
    before: before ?? null,
    after: after ?? null,
    request_id: change.request_id,
  };
}
