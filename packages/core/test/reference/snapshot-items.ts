import type { BudgetState } from "../../src/budget/state.ts";
import { defined } from "../../src/defined.ts";
import type { Snapshot } from "../../src/gate/snapshot.ts";
import type { ActionType } from "../../src/ids.ts";
import type { KillSwitches } from "../../src/kill-switch/kill-switch.ts";
import type { Stored } from "../../src/stored.ts";
import type { ItemAt, StoredItem } from "./stored-item.ts";

/** The items a snapshot may have been read from. */
export function itemsOf(snapshot: Snapshot, type: ActionType): ItemAt {
  const { modes, killSwitches, catalogue, activePolicy, budgets, budgetState } = snapshot;
  const { ceilings, tenantBudgetState } = snapshot;
  const items = new Map<string, StoredItem>([
    [`ACCOUNT AUTONOMY#${type}`, modeItem(modes.ACCOUNT_ACTION_TYPE)],
    [`TENANT AUTONOMY#${type}`, modeItem(modes.TENANT_ACTION_TYPE)],
    ["ACCOUNT AUTONOMY#DEFAULT", modeItem(modes.ACCOUNT_DEFAULT)],
    ["TENANT AUTONOMY#DEFAULT", modeItem(modes.TENANT_DEFAULT)],
    ["GLOBAL AUTONOMY#DEFAULT", modeItem(modes.GLOBAL_DEFAULT)],
    ["GLOBAL KILL_SWITCH", stopItem(killSwitches.GLOBAL)],
    ["TENANT KILL_SWITCH#PLATFORM", stopItem(killSwitches.TENANT_PLATFORM)],
    ["TENANT KILL_SWITCH", stopItem(killSwitches.TENANT)],
    ["ACCOUNT KILL_SWITCH#PLATFORM", stopItem(killSwitches.ACCOUNT_PLATFORM)],
    ["ACCOUNT KILL_SWITCH", stopItem(killSwitches.ACCOUNT)],
    [`TENANT ACTION_TYPE#${type}`, itemOf(catalogue.TENANT)],
    [`GLOBAL ACTION_TYPE#${type}`, itemOf(catalogue.GLOBAL)],
    ["TENANT POLICY#ACTIVE", itemOf(activePolicy.TENANT)],
    ["GLOBAL POLICY#ACTIVE", itemOf(activePolicy.GLOBAL)],
    ["ACCOUNT BUDGET#CONFIG", itemOf(budgets.account)],
    ["TENANT BUDGET#CONFIG", itemOf(budgets.tenant)],
    [`ACCOUNT BUDGET#ACTION_TYPE#${type}`, itemOf(budgets.accountActionType)],
    ["ACCOUNT BUDGET_STATE#CURRENT", stateItem(budgetState)],
    ["TENANT BUDGET#CEILING", itemOf(ceilings.PLATFORM)],
    ["TENANT BUDGET#TENANT", itemOf(ceilings.TENANT)],
    ["TENANT BUDGET_STATE#CURRENT", stateItem(tenantBudgetState)],
  ]);
  return (scope, sk) => items.get(`${scope} ${sk}`);
}

/** An item without anything that belongs there cannot be read. */
function itemOf(stored: Stored<object>): StoredItem {
  if (stored.status === "absent") return undefined;
  return stored.status === "readable" ? { ...stored.value } : {};
}

function modeItem(stored: Stored<string>): StoredItem {
  if (stored.status === "absent") return undefined;
  return { mode: stored.status === "readable" ? stored.value : stored.found };
}

function stopItem(stored: KillSwitches["GLOBAL"]): StoredItem {
  if (stored.status === "absent") return undefined;
  return stored.status === "readable" ? { ...stored.value } : { effect: stored.effect };
}

function stateItem(stored: Stored<BudgetState>): StoredItem {
  if (stored.status === "absent") return undefined;
  if (stored.status === "unreadable") return { date_key: stored.found };
  const { fence, openDay } = stored.value;
  if (openDay === undefined) return { fence };
  return defined({
    fence,
    date_key: openDay.dateKey,
    previous_consumed_on: openDay.previousConsumedOn,
    ...Object.fromEntries(openDay.counts),
  });
}
