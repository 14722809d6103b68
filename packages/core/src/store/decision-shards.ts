import { coversAccount } from "../access/limits.ts";
import type { DecisionQuery, Page } from "../read-ports.ts";
import type { Item, Query, Table } from "../table/table.ts";
import { DECISIONS_INDEX } from "../topology.ts";
import { accountPk, DECISION_PREFIX, LIST_SHARDS, listPk, shardOf, tenantPk } from "./keys.ts";

/**
 * Entries looked at by one request when a filter may drop most of them, or an instant has more of
 * them than a page. So an instant can hold 10,000 entries of a shard; a batch holds 50.
 */
const ENTRIES_PER_REQUEST_MAX = 250;

/** Rounds of requests, one a shard each, before a page is handed over short. */
const ROUNDS_MAX = 40;

/**
 * Places are `<decided_at>#<account>#<intent>`. These are before and after all of them: places begin
 * with a year, and no id holds a `~`.
 */
const FIRST_PLACE = "0";
const LAST_PLACE = "~";

/** How far one shard has been read, newest first. */
interface ShardScan {
  readonly pk: string;
  /** Only places before this one are asked for. */
  readonly before: string;
  /** Places found and not handed over yet: all there are down to the last of them. */
  readonly found: string[];
  /** Places of the instant where the last request ended: in no order, and not all of them. */
  unfinished: string[];
  /** Where to read on; absent before the first request. */
  next?: Item;
  /** No place after this one is still to be found. */
  readTo: string;
  done: boolean;
}

/**
 * Places of a tenant's decisions, newest first, merged from the shards of the list. One place is
 * enough to go on from in every shard: all shards sort by the same text, which no two decisions of
 * a tenant share.
 */
export async function scanShards(
  table: Pick<Table, "query">,
  query: DecisionQuery,
): Promise<Page<string>> {
  const before = query.before ?? (query.to === undefined ? LAST_PLACE : lastPlaceAt(query.to));
  const scans = shardsOf(query).map((shard): ShardScan => {
    const pk = listPk(query.tenant_id, shard);
    return { pk, before, found: [], unfinished: [], readTo: before, done: false };
  });
  const items: string[] = [];
  for (let round = 0; ; round++) {
    items.push(...takeNewest(scans, query.limit - items.length));
    const unread = scans.filter(isUnread);
    if (items.length === query.limit) return { items, ...continuation(scans, items.at(-1)) };
    if (unread.length === 0 || round === ROUNDS_MAX) {
      return { items, ...continuation(scans, floorOf(scans)) };
    }
    await Promise.all(unread.map((scan) => readOn(table, query, scan)));
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
  table: Pick<Table, "query">,
  query: DecisionQuery,
  scan: ShardScan,
): Promise<void> {
  const filter = filterOf(query);
  const page = await table.query({
    table: "ledger",
    index: DECISIONS_INDEX,
    partition: scan.pk,
    range: { from: query.from ?? FIRST_PLACE, to: instantOf(scan.before) },
    order: "descending",
    filter,
    limit:
      filter === undefined && query.within === undefined && scan.next === undefined
        ? query.limit + 1
        : ENTRIES_PER_REQUEST_MAX,
    after: scan.next,
  });
  const places = page.items.flatMap((item) => placesOf(item, query));
  scan.unfinished.push(...places.filter((place) => place < scan.before));
  finishInstants(scan, page.next);
}

/**
 * Entries of one instant come in no order that is promised: they are handed over, in the order of
 * their places, once all of them have been read.
 */
function finishInstants(scan: ShardScan, next: Item | undefined): void {
  const openInstant = next === undefined ? undefined : String(next.decided_at);
  const isOpen = (place: string) => instantOf(place) === openInstant;
  const finished = scan.unfinished.filter((place) => !isOpen(place));
  scan.found.push(...finished.sort().reverse());
  scan.unfinished = scan.unfinished.filter(isOpen);
  if (next === undefined || openInstant === undefined) {
    scan.done = true;
    return;
  }
  scan.next = next;
  scan.readTo = lastPlaceAt(openInstant);
}

/** The place of an entry, if it is one of a decision of the tenant, of an account that may be shown. */
function placesOf({ pk, sk, decided_at }: Item, { tenant_id, within }: DecisionQuery): string[] {
  const account = afterPrefix(pk, `${tenantPk(tenant_id)}#ACCOUNT#`);
  const intent = afterPrefix(sk, DECISION_PREFIX);
  if (account === undefined || intent === undefined) return [];
  if (within !== undefined && !coversAccount(within, account)) return [];
  return [`${decided_at}#${account}#${intent}`];
}

function afterPrefix(text: unknown, prefix: string): string | undefined {
  if (typeof text !== "string" || !text.startsWith(prefix)) return undefined;
  return text.slice(prefix.length);
}

function instantOf(place: string): string {
  const [instant = place] = place.split("#");
  return instant;
}

/** After every place that a decision of the instant can have. */
function lastPlaceAt(instant: string): string {
  return `${instant}#${LAST_PLACE}`;
}

function filterOf({ tenant_id, account_id, decision, reason }: DecisionQuery): Query["filter"] {
  const pk = account_id === undefined ? undefined : accountPk({ tenant_id, account_id });
  const wanted = Object.entries({ pk, decision, reason }).filter(
    ([, value]) => value !== undefined,
  );
  if (wanted.length === 0) return undefined;
  return {
    condition: wanted.map(([name]) => `#${name} = :${name}`).join(" AND "),
    names: Object.fromEntries(wanted.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, value])),
  };
}

function newestOf(scans: readonly ShardScan[]): ShardScan | undefined {
  return scans.reduce<ShardScan | undefined>((newest, scan) => {
    const place = scan.found[0];
    if (place === undefined) return newest;
    const best = newest?.found[0];
    return best === undefined || place > best ? scan : newest;
  }, undefined);
}
