import type { StackFile } from "@autonomy-gate/local/stack-file";
import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { accountName, spentAccountName, TENANT } from "./workload.ts";

const UPDATED = { updated_at: "2026-11-01T00:00:00.000Z", updated_by: "bench" };
const DAILY_LIMIT = 1_000_000;
export const SPENT_LIMIT = 5;
const ITEMS_PER_REQUEST = 25;

const PK = `TENANT#${TENANT}`;

type Item = Readonly<Record<string, unknown>>;

/** Accounts that exist for runs, of each kind. */
export const ACCOUNTS = 1_000;
const SPENT_ACCOUNTS = 100;

/** Configures a stack for every run. */
export async function configureBed(
  client: DynamoDBDocumentClient,
  { dynamodb: { tables } }: StackFile,
): Promise<void> {
  const names = Array.from({ length: ACCOUNTS }, (_, index) => accountName(index));
  const spent = Array.from({ length: SPENT_ACCOUNTS }, (_, index) => spentAccountName(index));
  await putItems(client, tables.config, [...tenantItems(), ...spent.map(spentBudgetItem)]);
  await putItems(client, tables.budget_state, [
    ...openDayItems(names, 0),
    ...openDayItems(spent, SPENT_LIMIT),
  ]);
}

/** What is configured for every run: the tenant allows everything, its accounts have room. */
function tenantItems(): Item[] {
  const pk = `TENANT#${TENANT}`;
  return [
    { pk, sk: "AUTONOMY#DEFAULT", tenant_id: TENANT, mode: "AUTO_EXECUTE", ...UPDATED },
    {
      pk,
      sk: "BUDGET#CONFIG",
      tenant_id: TENANT,
      max_autonomous_per_day: DAILY_LIMIT,
      ...UPDATED,
    },
  ];
}

/** The budget of an account that has none left. */
function spentBudgetItem(account_id: string): Item {
  return {
    pk: `TENANT#${TENANT}#ACCOUNT#${account_id}`,
    sk: "BUDGET#CONFIG",
    tenant_id: TENANT,
    account_id,
    max_autonomous_per_day: SPENT_LIMIT,
    ...UPDATED,
  };
}

/** Budget states of today, so that no run pays for opening a day. */
function openDayItems(accounts: readonly string[], count: number): Item[] {
  const date_key = new Date().toISOString().slice(0, 10);
  return accounts.map((account_id) => ({
    pk: `TENANT#${TENANT}#ACCOUNT#${account_id}`,
    sk: "BUDGET_STATE#CURRENT",
    tenant_id: TENANT,
    account_id,
    date_key,
    count,
    "count#CREATE_INTERNAL_NOTE": count,
    updated_at: new Date().toISOString(),
  }));
}

/** A limit on all accounts together that no run reaches. */
export function ceilingItem(): Item {
  const max_autonomous_per_day = DAILY_LIMIT;
  return { pk: PK, sk: "BUDGET#CEILING", tenant_id: TENANT, max_autonomous_per_day, ...UPDATED };
}

/** The tenant's budget state of today, so that no run pays for opening its day. */
export function openTenantDayItem(): Item {
  const now = new Date().toISOString();
  return {
    pk: PK,
    sk: "BUDGET_STATE#CURRENT",
    tenant_id: TENANT,
    date_key: now.slice(0, 10),
    count: 0,
    "count#CREATE_INTERNAL_NOTE": 0,
    fence: 2,
    updated_at: now,
  };
}

/** As many modes of single action types as asked for, none of which any intent names. */
export function actionTypeModes(count: number): Item[] {
  return Array.from({ length: count }, (_, index) => {
    const action_type = `BENCH_TYPE_${index}`;
    return {
      pk: `TENANT#${TENANT}`,
      sk: `AUTONOMY#${action_type}`,
      tenant_id: TENANT,
      action_type,
      mode: "AUTO_EXECUTE",
      ...UPDATED,
    };
  });
}

export async function putItems(
  client: DynamoDBDocumentClient,
  table: string,
  items: readonly Item[],
): Promise<void> {
  for (let from = 0; from < items.length; from += ITEMS_PER_REQUEST) {
    const requests = items
      .slice(from, from + ITEMS_PER_REQUEST)
      .map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
  }
}
