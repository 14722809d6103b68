import { coversActionType, type Limits } from "../access/limits.ts";
import type { IntentRef } from "../ids.ts";
import type { DecisionQuery, DecisionReader, ListedDecision, Page } from "../read-ports.ts";
import type { Address, Table } from "../table/table.ts";
import { DECISIONS_INDEX } from "../topology.ts";
import { batchRead } from "./batch-read.ts";
import { recordFrom } from "./items.ts";
import { accountPk, DECISION_PREFIX, decisionKey, listPk } from "./keys.ts";
import { filterFor, refsAt, scanShards } from "./sharded-list.ts";

/** Decisions from the ledger: single ones by key, lists through the index by time. */
export function decisionReader(table: Table): DecisionReader {
  return {
    find: async (ref) => recordFrom(await table.get(addressOf(ref))),
    page: (query) => readPage(table, query),
  };
}

async function readPage(table: Table, query: DecisionQuery): Promise<Page<ListedDecision>> {
  const { tenant_id, account_id, decision, reason, from, to, before, within, limit } = query;
  const pk = account_id === undefined ? undefined : accountPk({ tenant_id, account_id });
  const { items, next } = await scanShards(table, {
    table: "ledger",
    index: DECISIONS_INDEX,
    tenant_id,
    account_id,
    partition: (shard) => listPk(tenant_id, shard),
    prefix: DECISION_PREFIX,
    order: "descending",
    from,
    to,
    filter: filterFor({ pk, decision, reason }),
    start: before,
    within,
    limit,
  });
  const refs = items.flatMap((place) => refsAt(place, tenant_id));
  const { lookup } = await batchRead(table, refs.map(addressOf));
  const found = refs.map((ref) => ({ ...ref, record: recordFrom(lookup(addressOf(ref))) }));
  return {
    items: within === undefined ? found : found.filter((each) => isWithin(each, within)),
    ...(next === undefined ? {} : { next }),
  };
}

/** The list knows the accounts; the action type stands in the record, if it can be read. */
function isWithin({ record }: ListedDecision, within: Limits): boolean {
  const action_type = record.status === "readable" ? record.value.action_type : undefined;
  return coversActionType(within, action_type ?? undefined);
}

function addressOf(ref: IntentRef): Address {
  return { table: "ledger", ...decisionKey(ref) };
}
