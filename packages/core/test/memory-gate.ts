import { type MemoryTable, memoryTable } from "../src/adapters/memory/memory-table.ts";
import { receivedIntent } from "../src/adapters/node/received-intent.ts";
import { deadlineIn } from "../src/commit/backoff.ts";
import { commitAccount } from "../src/commit/commit-account.ts";
import { configStore } from "../src/commit/config-store.ts";
import type { CommitContext } from "../src/commit/context.ts";
import { readFacts } from "../src/commit/read-facts.ts";
import type { CommitResult } from "../src/commit/result.ts";
import { createTurns } from "../src/commit/turns.ts";
import type { DecisionRecord } from "../src/decision/decision.ts";
import { AccountId, accountKey, TenantId } from "../src/ids.ts";
import { IntentIds } from "../src/intent/intent.ts";
import type { Clock } from "../src/ports.ts";
import { configListing } from "../src/store/config-listing.ts";
import { gateStore } from "../src/store/gate-store.ts";
import { recordFrom } from "../src/store/items.ts";
import type { Item, Table, TableName } from "../src/table/table.ts";
import { virtualClock } from "./virtual-clock.ts";
import { type Faults, watch, watchedTable } from "./watched-table.ts";

/** What a process may take for its intents. */
const REMAINING_MS = 24_000;

export type IntentData = Readonly<Record<string, unknown>>;

let tenants = 0;

let ids = 0;
const newId = () => `id-${String(ids++).padStart(8, "0")}`;

/** Tables in memory, and the gate on them. */
export function openGate(clock = virtualClock()) {
  const table = memoryTable();
  return {
    table,
    clock,
    tenant: () => tenantOf(table),
    /** A process of its own that takes intents from facts to their decisions. */
    decider: (faults: Faults = {}) => decider(table, clock, faults),
    /** What stands behind the specification's services. */
    services: (on: Table = table) => ({
      gate: gateStore(on),
      config: configStore({ table: on, clock, newId }),
      listing: configListing(on),
      clock,
      newRequestId: newId,
    }),
  };
}

export type MemoryGate = ReturnType<typeof openGate>;
export type Tenant = ReturnType<MemoryGate["tenant"]>;

function decider(table: Table, clock: Clock, faults: Faults) {
  const { trips, watched } = watch(faults);
  const retries: string[] = [];
  const store = gateStore(watchedTable(table, watched));
  const turns = createTurns();
  const signals = {
    retried: (operation: string, code: string) => void retries.push(`${operation} ${code}`),
    clockDiffers: () => {},
  };
  const take = async (intents: readonly IntentData[], mayBeRecorded: boolean) => {
    const deadline = deadlineIn(clock, REMAINING_MS);
    const context: CommitContext = { store, clock, deadline, turns, signals };
    const received = intents.map((data) => {
      const source = { data, ref: IntentIds.parse(data), raw: JSON.stringify(data) };
      return receivedIntent(source).received;
    });
    const read = await readFacts(received, () => mayBeRecorded, context);
    const accounts = Object.values(Object.groupBy(received, accountKey));
    const results = await Promise.all(
      accounts.map((account = []) => commitAccount(account, read, context)),
    );
    return new Map<string, CommitResult>(
      results.flat().map(([{ action_intent_id }, result]) => [action_intent_id, result]),
    );
  };
  return {
    trips,
    retries,
    decide: (...intents: IntentData[]) => take(intents, false),
    /** The same for intents that were delivered before. */
    decideAgain: (...intents: IntentData[]) => take(intents, true),
  };
}

function tenantOf(table: MemoryTable) {
  const id = `t-${tenants++}`;
  const pkOf = (account?: string) =>
    account === undefined ? `TENANT#${id}` : `TENANT#${id}#ACCOUNT#${account}`;
  const rows = (name: TableName, account: string | undefined, prefix: string): Item[] =>
    [...table.all()]
      .filter(([at]) => at.table === name && at.pk === pkOf(account) && at.sk.startsWith(prefix))
      .sort(([a], [b]) => (a.sk < b.sk ? -1 : 1))
      .map(([, item]) => item);
  const put = (sk: string, attributes: Item, account?: string, name: TableName = "config") =>
    table.set({ table: name, pk: pkOf(account), sk }, attributes);
  return {
    id: TenantId.parse(id),
    account: (name = "acct") => ({
      tenant_id: TenantId.parse(id),
      account_id: AccountId.parse(name),
    }),
    /** Writes an item of the tenant, or of one of its accounts, as tools do. */
    put,
    remove: (sk: string, account?: string) =>
      table.set({ table: "config", pk: pkOf(account), sk }, undefined),
    /** Lets everything of the tenant run by itself, within a default budget. */
    allow: (budget: Item = {}) => {
      put("AUTONOMY#DEFAULT", { mode: "AUTO_EXECUTE" });
      put("BUDGET#CONFIG", { max_autonomous_per_day: 100, ...budget });
    },
    /** An intent that runs by itself where the tenant allows it. */
    data: (action_intent_id: string, more: IntentData = {}): IntentData => ({
      action_intent_id,
      tenant_id: id,
      account_id: "acct",
      action_type: "CREATE_INTERNAL_NOTE",
      confidence_score: 0.91,
      risk_level: "LOW",
      parameters: { text: "Renewal call moved to Friday" },
      ...more,
    }),
    /** Decisions of an account by intent, each read through its schema. */
    decisions: (account = "acct") =>
      new Map(
        rows("ledger", account, "DECISION#").map((item): [string, DecisionRecord] => {
          const stored = recordFrom(item);
          if (stored.status !== "readable") throw new Error(`${item.sk} cannot be read.`);
          return [stored.value.action_intent_id, stored.value];
        }),
      ),
    /** A row of the budget state: the current one unless told otherwise. */
    state: (account = "acct", sk = "BUDGET_STATE#CURRENT") =>
      rows("budgetState", account, sk).find((row) => row.sk === sk),
    states: (account = "acct") => rows("budgetState", account, "BUDGET_STATE#"),
    audit: () => rows("ledger", undefined, "AUDIT#"),
  };
}
