import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { DecisionQuery, Page } from "../../read-ports.ts";
import { DECISIONS_INDEX } from "../../topology.ts";
import { accountPk, LIST_SHARDS, listPk, shardOf } from "./keys.ts";
import { read } from "./read.ts";

/** Entries looked at by one request when a filter may drop most of them. */
const FILTERED_ENTRIES_PER_REQUEST = 250;

/** Rounds of requests, one a shard each, before a page is handed over short. */
const ROUNDS_MAX = 40;

/** Before and after every place of a list: places begin with a year, and `$` follows `#`. */
const FIRST_PLACE = "0";
const LAST_PLACE = "~";
const AFTER_HASH = "$";

/** How far one shard has been read, newest first. */
interface ShardScan {
  readonly pk: string;
  /** Places found and not handed over yet. */
  readonly found: string[];
  /** Everything after this place has been looked at. */
  readTo: string;
  done: boolean;
}

/**
 * Places of a tenant's decisions, newest first, merged from the shards of the list. One place is
 * enough to go on from in every shard: all shards sort by the same text, which no two decisions of
 * a tenant share.
 */
export async function scanShards(
  client: DynamoDBDocumentClient,
  table: string,
  query: DecisionQuery,
): Promise<Page<string>> {
  const scans = shardsOf(query).map((shard): ShardScan => {
    const readTo = query.before ?? upperBound(query);
    return { pk: listPk(query.tenant_id, shard), found: [], readTo, done: false };
  });
  const items: string[] = [];
  for (let round = 0; ; round++) {
    items.push(...takeNewest(scans, query.limit - items.length));
    const unread = scans.filter(isUnread);
    if (items.length === query.limit) return { items, ...continuation(scans, items.at(-1)) };
    if (unread.length === 0 || round === ROUNDS_MAX) {
      return { items, ...continuation(scans, floorOf(scans)) };
    }
    await Promise.all(unread.map((scan) => readOn(client, table, query, scan)));
  }
}

/** Takes the newest places found, as long as no shard can still hold a newer one. */
function takeNewest(scans: readonly ShardScan[], countMax: number): string[] {
  const taken: string[] = [];
  while (taken.length < countMax) {
    const newest = newestOf(scans);
    const place = newest?.found[0];
    const floor = floorOf(scans);
    if (place === undefined || (floor !== undefined && place <= floor)) break;
    newest?.found.shift();
    taken.push(place);
  }
  return taken;
}

function isUnread({ found, done }: ShardScan): boolean {
  return found.length === 0 && !done;
}

/** The latest place that a shard not read to its end may still hold. */
function floorOf(scans: readonly ShardScan[]): string | undefined {
  return scans
    .filter(isUnread)
    .reduce<string | undefined>(
      (last, { readTo }) => (last === undefined || readTo > last ? readTo : last),
      undefined,
    );
}

function continuation(
  scans: readonly ShardScan[],
  next: string | undefined,
): { readonly next?: string } {
  const finished = scans.every(({ found, done }) => done && found.length === 0);
  return finished || next === undefined ? {} : { next };
}

function shardsOf({ account_id }: DecisionQuery): number[] {
  if (account_id !== undefined) return [shardOf(account_id)];
  return Array.from({ length: LIST_SHARDS }, (_, shard) => shard);
}

async function readOn(
  client: DynamoDBDocumentClient,
  table: string,
  query: DecisionQuery,
  scan: ShardScan,
): Promise<void> {
  const { conditions, names, values } = filterOf(query);
  const filtered = conditions.length > 0;
  const page = await read("Query", () =>
    client.send(
      new QueryCommand({
        TableName: table,
        IndexName: DECISIONS_INDEX,
        ScanIndexForward: false,
        KeyConditionExpression: "list_pk = :list AND list_sk BETWEEN :from AND :to",
        ExpressionAttributeValues: {
          ":list": scan.pk,
          ":from": query.from ?? FIRST_PLACE,
          ":to": scan.readTo,
          ...values,
        },
        Limit: filtered ? FILTERED_ENTRIES_PER_REQUEST : query.limit + 1,
        ...(filtered
          ? { FilterExpression: conditions.join(" AND "), ExpressionAttributeNames: names }
          : {}),
      }),
    ),
  );
  const places = (page.Items ?? []).map(({ list_sk }) => String(list_sk));
  // The bound is inclusive, and what it names has been handed over already.
  scan.found.push(...places.filter((place) => place !== scan.readTo));
  const last = page.LastEvaluatedKey?.list_sk;
  scan.done = last === undefined;
  if (last !== undefined) scan.readTo = String(last);
}

function filterOf({ tenant_id, account_id, decision, reason }: DecisionQuery) {
  const conditions: string[] = [];
  const names: Record<string, string> = {};
  const values: Record<string, string> = {};
  const equal = (attribute: string, value: string | undefined) => {
    if (value === undefined) return;
    conditions.push(`#${attribute} = :${attribute}`);
    names[`#${attribute}`] = attribute;
    values[`:${attribute}`] = value;
  };
  equal("pk", account_id === undefined ? undefined : accountPk({ tenant_id, account_id }));
  equal("decision", decision);
  equal("reason", reason);
  return { conditions, names, values };
}

/** The last place a decision of the instant `to` can have. */
function upperBound({ to }: DecisionQuery): string {
  return to === undefined ? LAST_PLACE : `${to}${AFTER_HASH}`;
}

function newestOf(scans: readonly ShardScan[]): ShardScan | undefined {
  return scans.reduce<ShardScan | undefined>((newest, scan) => {
    const place = scan.found[0];
    if (place === undefined) return newest;
    const best = newest?.found[0];
    return best === undefined || place > best ? scan : newest;
  }, undefined);
}
