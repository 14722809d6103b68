import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { AccountId, IntentId, type IntentRef, type TenantId } from "../../ids.ts";
import type { DecisionQuery, DecisionReader, ListedDecision, Page } from "../../read-ports.ts";
import { batchRead } from "./batch-read.ts";
import { scanShards } from "./decision-shards.ts";
import { recordFrom } from "./items.ts";
import { decisionKey } from "./keys.ts";
import { read } from "./read.ts";

/** Decisions from the ledger: single ones by key, lists through the index by time. */
export function dynamoDecisionReader(
  client: DynamoDBDocumentClient,
  table: string,
): DecisionReader {
  return {
    find: async (ref) => {
      const Key = decisionKey(ref);
      const { Item } = await read("GetItem", () =>
        client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true })),
      );
      return recordFrom(Item);
    },
    page: (query) => readPage(client, table, query),
  };
}

async function readPage(
  client: DynamoDBDocumentClient,
  table: string,
  query: DecisionQuery,
): Promise<Page<ListedDecision>> {
  const { items, next } = await scanShards(client, table, query);
  const refs = items.flatMap((place) => refsAt(place, query.tenant_id));
  const addresses = refs.map((ref) => ({ table, ...decisionKey(ref) }));
  const lookup = await batchRead(client, addresses);
  return {
    items: refs.map((ref): ListedDecision => {
      const { pk, sk } = decisionKey(ref);
      return { ...ref, record: recordFrom(lookup(table, pk, sk)) };
    }),
    ...(next === undefined ? {} : { next }),
  };
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
