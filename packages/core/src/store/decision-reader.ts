import { coversActionType, type Limits } from "../access/limits.ts";
import { AccountId, IntentId, type IntentRef, type TenantId } from "../ids.ts";
import type { DecisionQuery, DecisionReader, ListedDecision, Page } from "../read-ports.ts";
import type { Address, Table } from "../table/table.ts";
import { batchRead } from "./batch-read.ts";
import { scanShards } from "./decision-shards.ts";
import { recordFrom } from "./items.ts";
import { decisionKey } from "./keys.ts";

/** Decisions from the ledger: single ones by key, lists through the index by time. */
export function decisionReader(table: Table): DecisionReader {
  return {
    find: async (ref) => recordFrom(await table.get(addressOf(ref))),
    page: (query) => readPage(table, query),
  };
}

async function readPage(table: Table, query: DecisionQuery): Promise<Page<ListedDecision>> {
  const { items, next } = await scanShards(table, query);
  const refs = items.flatMap((place) => refsAt(place, query.tenant_id));
  const lookup = await batchRead(table, refs.map(addressOf));
  const found = refs.map((ref) => ({ ...ref, record: recordFrom(lookup(addressOf(ref))) }));
  const { within } = query;
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

/**
 * The intent at a place of the list, `<decided_at>#<account>#<intent>`. Its key is built from the
 * tenant that was asked for, so that no entry of the index can lead into another's.
 */
function refsAt(place: string, tenant_id: TenantId): IntentRef[] {
  const [, account, intent] = place.split("#");
  const account_id = AccountId.safeParse(account);
  const action_intent_id = IntentId.safeParse(intent);
  if (!account_id.success || !action_intent_id.success) return [];
  return [{ tenant_id, account_id: account_id.data, action_intent_id: action_intent_id.data }];
}
