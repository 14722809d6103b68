import { coversAccount, type Limits } from "../access/limits.ts";
import { AccountId, IntentId, type IntentRef, type TenantId } from "../ids.ts";
import type { Page } from "../read-ports.ts";
import { type Item, keyNames, type Query, type Table } from "../table/table.ts";
import { LIST_SHARDS, shardOf, tenantPk } from "./keys.ts";

/**
 * Entries looked at by one request when a filter may drop most of them, or an instant has more of
 * them than a page. So an instant can hold 10,000 entries of a shard; a batch holds 50.
 */
const ENTRIES_PER_REQUEST_MAX = 250;

/** Rounds of requests, one a shard each, before a page is handed over short. */
const ROUNDS_MAX = 40;

/**
 * Places are `<instant>#<account>#<intent>`. These are before and after all of them: places begin
 * with a year, and no id holds a `~`.
 */
const FIRST_PLACE = "0";
const LAST_PLACE = "~";

/** A list of one tenant's items by time, its partitions spread over shards by account. */
export interface ShardedList {
  readonly table: Query["table"];
  readonly index: string;
  readonly tenant_id: TenantId;
  /** Only this account's: one shard. */
  readonly account_id?: AccountId | undefined;
  readonly partition: (shard: number) => string;
  /** What the items' sort keys begin with. */
  readonly prefix: string;
  readonly order: Query["order"];
  /** Bounds on the instants, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly filter: Query["filter"];
  /** Where to go on: the place that ended the page before. */
  readonly start?: string | undefined;
  /** Nothing of other accounts is shown; absent: everything is. */
  readonly within?: Limits | undefined;
  readonly limit: number;
}

/** How far one shard has been read. */
interface ShardScan {
  readonly pk: string;
  /** Only places behind this one are asked for. */
  readonly start: string;
  /** Places found and not handed over yet: all there are up to the last of them. */
  readonly found: string[];
  /** Places of the instant where the last request ended: in no order, and not all of them. */
  unfinished: string[];
  /** Where to read on; absent before the first request. */
  next?: Item;
  /** No place ahead of this one is still to be found. */
  readTo: string;
  done: boolean;
}

/**
 * Places of a list in its order, merged from the shards. One place is enough to go on from in every
 * shard: all shards sort by the same text, which no two items of a list share.
 */
export async function scanShards(
  table: Pick<Table, "query">,
  list: ShardedList,
): Promise<Page<string>> {
  const start = list.start ?? startOf(list);
  const scans = shardsOf(list).map((shard): ShardScan => {
    return {
      pk: list.partition(shard),
      start,
      found: [],
      unfinished: [],
      readTo: start,
      done: false,
    };
  });
  const items: string[] = [];
  for (let round = 0; ; round++) {
    items.push(...takeFirst(list, scans, list.limit - items.length));
    const unread = scans.filter(isUnread);
    if (items.length === list.limit) return { items, ...continuation(scans, items.at(-1)) };
    if (unread.length === 0 || round === ROUNDS_MAX) {
      return { items, ...continuation(scans, frontOf(list, scans)) };
    }
    await Promise.all(unread.map((scan) => readOn(table, list, scan)));
  }
}

/**
 * The item at a place of the list. Its key is built from the tenant that was asked for, so that no
 * entry of the index can lead into another's.
 */
export function refsAt(place: string, tenant_id: TenantId): IntentRef[] {
  const [, account, intent] = place.split("#");
  const account_id = AccountId.safeParse(account);
  const action_intent_id = IntentId.safeParse(intent);
  if (!account_id.success || !action_intent_id.success) return [];
  return [{ tenant_id, account_id: account_id.data, action_intent_id: action_intent_id.data }];
}

/** A filter for attributes with the values given; `undefined`: all are wanted. */
export function filterFor(wanted: Readonly<Record<string, string | undefined>>): Query["filter"] {
  const terms = Object.entries(wanted).filter(([, value]) => value !== undefined);
  if (terms.length === 0) return undefined;
  return {
    condition: terms.map(([name]) => `#${name} = :${name}`).join(" AND "),
    names: Object.fromEntries(terms.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(terms.map(([name, value]) => [`:${name}`, value])),
  };
}

/** Takes the first places found, as long as no shard can still hold one ahead of them. */
function takeFirst(list: ShardedList, scans: readonly ShardScan[], countMax: number): string[] {
  const taken: string[] = [];
  while (taken.length < countMax) {
    const first = firstOf(list, scans);
    const place = first?.found[0];
    const front = frontOf(list, scans);
    if (place === undefined || (front !== undefined && !isAhead(list, place, front))) break;
    first?.found.shift();
    taken.push(place);
  }
  return taken;
}

function isAhead({ order }: ShardedList, place: string, other: string): boolean {
  return order === "descending" ? place > other : place < other;
}

function isUnread({ found, done }: ShardScan): boolean {
  return found.length === 0 && !done;
}

/** The first place that a shard not read to its end may still hold. */
function frontOf(list: ShardedList, scans: readonly ShardScan[]): string | undefined {
  return scans
    .filter(isUnread)
    .reduce<string | undefined>(
      (front, { readTo }) => (front === undefined || isAhead(list, readTo, front) ? readTo : front),
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

function shardsOf({ account_id }: ShardedList): number[] {
  if (account_id !== undefined) return [shardOf(account_id)];
  return Array.from({ length: LIST_SHARDS }, (_, shard) => shard);
}

async function readOn(
  table: Pick<Table, "query">,
  list: ShardedList,
  scan: ShardScan,
): Promise<void> {
  const { filter, order, within, from = FIRST_PLACE, to = LAST_PLACE } = list;
  const dropsNone = filter === undefined && within === undefined;
  const start = instantOf(scan.start);
  const page = await table.query({
    table: list.table,
    index: list.index,
    partition: scan.pk,
    range: order === "descending" ? { from, to: start } : { from: start, to },
    order,
    filter,
    limit: dropsNone && scan.next === undefined ? list.limit + 1 : ENTRIES_PER_REQUEST_MAX,
    after: scan.next,
  });
  const places = page.items.flatMap((item) => placesOf(item, list));
  scan.unfinished.push(...places.filter((place) => isAhead(list, scan.start, place)));
  finishInstants(list, scan, page.next);
}

/**
 * Entries of one instant come in no order that is promised: they are handed over, in the order of
 * their places, once all of them have been read.
 */
function finishInstants(list: ShardedList, scan: ShardScan, next: Item | undefined): void {
  const openInstant = next === undefined ? undefined : String(next[sortKeyOf(list)]);
  const isOpen = (place: string) => instantOf(place) === openInstant;
  const finished = scan.unfinished.filter((place) => !isOpen(place));
  scan.found.push(...finished.sort((a, b) => (isAhead(list, a, b) ? -1 : 1)));
  scan.unfinished = scan.unfinished.filter(isOpen);
  if (next === undefined || openInstant === undefined) {
    scan.done = true;
    return;
  }
  scan.next = next;
  scan.readTo = list.order === "descending" ? lastPlaceAt(openInstant) : openInstant;
}

/** The place of an entry, if it is one of the tenant's list, of an account that may be shown. */
function placesOf(item: Item, list: ShardedList): string[] {
  const account = afterPrefix(item.pk, `${tenantPk(list.tenant_id)}#ACCOUNT#`);
  const intent = afterPrefix(item.sk, list.prefix);
  if (account === undefined || intent === undefined) return [];
  if (list.within !== undefined && !coversAccount(list.within, account)) return [];
  return [`${item[sortKeyOf(list)]}#${account}#${intent}`];
}

function sortKeyOf(list: ShardedList): string {
  return keyNames(list).sortKey;
}

function afterPrefix(text: unknown, prefix: string): string | undefined {
  if (typeof text !== "string" || !text.startsWith(prefix)) return undefined;
  return text.slice(prefix.length);
}

function startOf({ order, from, to }: ShardedList): string {
  if (order === "ascending") return from ?? FIRST_PLACE;
  return to === undefined ? LAST_PLACE : lastPlaceAt(to);
}

function instantOf(place: string): string {
  const [instant = place] = place.split("#");
  return instant;
}

/** After every place that an item of the instant can have. */
function lastPlaceAt(instant: string): string {
  return `${instant}#${LAST_PLACE}`;
}

function firstOf(list: ShardedList, scans: readonly ShardScan[]): ShardScan | undefined {
  return scans.reduce<ShardScan | undefined>((first, scan) => {
    const place = scan.found[0];
    if (place === undefined) return first;
    const best = first?.found[0];
    return best === undefined || isAhead(list, place, best) ? scan : first;
  }, undefined);
}
