import {
  type Address,
  type Check,
  keyNames,
  type Query,
  type QueryReply,
  type Table,
  type Write,
} from "../../table/table.ts";
import { type Attributes, holds, updated } from "./expressions.ts";

/** What the tables do with one item, for tables kept in memory. */

/** Where a write's item is. */
export function addressOf(write: Write | Check): Address {
  const { pk, sk } = write.kind === "put" ? write.item : write;
  return { table: write.table, pk, sk };
}

/** A text that is equal for equal addresses and for no others. */
export function addressText({ table, pk, sk }: Address): string {
  return `${table}|${pk}|${sk}`;
}

/** Whether a write may be done to an item as it is. */
export function mayWrite(write: Write | Check, item: Attributes | undefined): boolean {
  return write.condition === undefined || holds(write.condition, item, write);
}

/** The item after a write; `undefined`: there is none. */
export function itemAfter(
  write: Write | Check,
  before: Attributes | undefined,
): Attributes | undefined {
  switch (write.kind) {
    case "check":
      return before;
    case "put":
      return write.item;
    case "update":
      return updated(write.update, before ?? { pk: write.pk, sk: write.sk }, write);
    case "delete":
      return undefined;
    default:
      return write satisfies never;
  }
}

/** Answers a query from a table's items, in whatever order they are. */
export function queried(items: readonly Attributes[], query: Query): QueryReply {
  const { partitionKey, sortKey } = keyNames(query);
  const place = (item: Attributes) => `${item[sortKey]}\u0000${item.pk}\u0000${item.sk}`;
  const direction = query.order === "ascending" ? 1 : -1;
  const start = query.after;
  const wanted = items
    .filter((item) => item[partitionKey] === query.partition && isInRange(item[sortKey], query))
    .sort((a, b) => (place(a) < place(b) ? -direction : direction))
    .filter((item) => start === undefined || isBeyond(place(item), place(start), direction));
  const looked = wanted.slice(0, query.limit);
  const { filter } = query;
  const found =
    filter === undefined ? looked : looked.filter((item) => holds(filter.condition, item, filter));
  const last = looked.at(-1);
  if (last === undefined || looked.length === wanted.length) return { items: found };
  const names = new Set(["pk", "sk", partitionKey, sortKey]);
  return { items: found, next: Object.fromEntries([...names].map((name) => [name, last[name]])) };
}

function isInRange(value: unknown, { range }: Query): boolean {
  if (range === undefined) return true;
  const text = String(value);
  return "prefix" in range ? text.startsWith(range.prefix) : range.from <= text && text <= range.to;
}

function isBeyond(place: string, start: string, direction: number): boolean {
  return direction > 0 ? place > start : place < start;
}

/** The tables in memory: for tests of what stands on the port. */
export interface MemoryTable extends Table {
  /** Every item of every table. */
  all(): Iterable<readonly [Address, Attributes]>;
  /** Puts or removes an item past every condition. */
  set(address: Address, item: Attributes | undefined): void;
}

export function memoryTable(): MemoryTable {
  const items = new Map<string, readonly [Address, Attributes]>();
  const tokens = new Set<string>();
  const at = (address: Address) => items.get(addressText(address))?.[1];
  const set = (address: Address, item: Attributes | undefined) => {
    if (item === undefined) items.delete(addressText(address));
    else items.set(addressText(address), [address, { ...item, pk: address.pk, sk: address.sk }]);
  };
  const one = async (write: Write) => {
    const address = addressOf(write);
    const before = at(address);
    if (!mayWrite(write, before)) return { status: "refused", item: before } as const;
    set(address, itemAfter(write, before));
    return { status: "done" } as const;
  };
  return {
    batchGet: async (addresses) => ({
      items: addresses.flatMap((address) => {
        const item = at(address);
        const { table, pk, sk } = address;
        return item === undefined ? [] : [{ table, item: { ...item, pk, sk } }];
      }),
      unprocessed: [],
    }),
    get: async (address) => at(address),
    put: one,
    update: one,
    transact: async (writes, token) => {
      if (token !== undefined && tokens.has(token)) return { status: "done" };
      const refused = new Map(
        writes
          .map((write, place) => [place, write] as const)
          .filter(([, write]) => !mayWrite(write, at(addressOf(write))))
          .map(([place, write]) => [place, at(addressOf(write))] as const),
      );
      if (refused.size > 0) return { status: "refused", refused };
      for (const write of writes) set(addressOf(write), itemAfter(write, at(addressOf(write))));
      if (token !== undefined) tokens.add(token);
      return { status: "done" };
    },
    query: async (query) => {
      const ofTable = [...items.values()].filter(([{ table }]) => table === query.table);
      return queried(
        ofTable.map(([, item]) => item),
        query,
      );
    },
    all: () => items.values(),
    set,
  };
}
