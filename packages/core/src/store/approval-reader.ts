import { coversActionType, type Limits } from "../access/limits.ts";
import type { IntentRef } from "../ids.ts";
import type {
  ApprovalQuery,
  ApprovalReader,
  ClosingQuery,
  ListedApproval,
  ListedClosing,
  Page,
} from "../read-ports.ts";
import type { Address, Item, Table } from "../table/table.ts";
import { ACTIONS_INDEX, DECISIONS_INDEX } from "../topology.ts";
import { approvalFrom, closingFrom, payloadFrom } from "./approval-items.ts";
import { batchRead } from "./batch-read.ts";
import {
  APPROVAL_PREFIX,
  accountPk,
  approvalKey,
  approvalListPk,
  CLOSINGS_LIST,
  payloadKey,
} from "./keys.ts";
import { filterFor, refsAt, type ShardedList, scanShards } from "./sharded-list.ts";

/** Approvals: single ones by key, lists through the index by state, closings from the ledger. */
export function approvalReader(table: Table): ApprovalReader {
  return {
    find: async (ref) => {
      const approval = addressOf(ref);
      const payload: Address = { table: "actions", ...payloadKey(ref) };
      const { lookup } = await batchRead(table, [approval, payload]);
      return { approval: approvalFrom(lookup(approval)), intent: payloadFrom(lookup(payload)) };
    },
    page: (query) => readPage(table, query),
    closings: (query) => readClosings(table, query),
  };
}

async function readPage(table: Table, query: ApprovalQuery): Promise<Page<ListedApproval>> {
  const { tenant_id, state, action_type, reason } = query;
  const page = await readList(table, query, addressOf, {
    table: "actions",
    index: ACTIONS_INDEX,
    partition: (shard) => approvalListPk(tenant_id, shard, state),
    order: state === "PENDING" ? "ascending" : "descending",
    filter: filterFor({ pk: pkOf(query), action_type, reason }),
  });
  const items = page.items.flatMap(({ ref, item }): ListedApproval[] => {
    const approval = approvalFrom(item);
    // The index is a moment behind: what has left the list since is left out.
    if (approval.status === "readable" && approval.value.state !== state) return [];
    return approval.status === "absent" ? [] : [{ ...ref, approval }];
  });
  return { ...page, items };
}

async function readClosings(table: Table, query: ClosingQuery): Promise<Page<ListedClosing>> {
  const { tenant_id } = query;
  const page = await readList(table, query, closingAddress, {
    table: "ledger",
    index: DECISIONS_INDEX,
    partition: (shard) => approvalListPk(tenant_id, shard, CLOSINGS_LIST),
    order: "descending",
    filter: filterFor({ pk: pkOf(query) }),
  });
  return {
    ...page,
    items: page.items.map(({ ref, item }) => ({ ...ref, closing: closingFrom(item) })),
  };
}

type ListQuery = Pick<
  ClosingQuery,
  "tenant_id" | "account_id" | "from" | "to" | "after" | "within" | "limit"
>;

async function readList(
  table: Table,
  { tenant_id, account_id, from, to, after, within, limit }: ListQuery,
  address: (ref: IntentRef) => Address,
  list: Pick<ShardedList, "table" | "index" | "partition" | "order" | "filter">,
) {
  const { items, next } = await scanShards(table, {
    ...list,
    tenant_id,
    account_id,
    prefix: APPROVAL_PREFIX,
    from,
    to,
    start: after,
    within,
    limit,
  });
  const refs = items.flatMap((place) => refsAt(place, tenant_id));
  const { lookup } = await batchRead(table, refs.map(address));
  const found = refs.map((ref) => ({ ref, item: lookup(address(ref)) }));
  return {
    items: within === undefined ? found : found.filter(({ item }) => isWithin(item, within)),
    ...(next === undefined ? {} : { next }),
  };
}

/** The list knows the accounts; the action type stands in the item. */
function isWithin(item: Item | undefined, within: Limits): boolean {
  const type = item?.action_type;
  return coversActionType(within, typeof type === "string" ? type : undefined);
}

function pkOf({
  tenant_id,
  account_id,
}: Pick<ListQuery, "tenant_id" | "account_id">): string | undefined {
  return account_id === undefined ? undefined : accountPk({ tenant_id, account_id });
}

function addressOf(ref: IntentRef): Address {
  return { table: "actions", ...approvalKey(ref) };
}

function closingAddress(ref: IntentRef): Address {
  return { table: "ledger", ...approvalKey(ref) };
}
