import { TransientError } from "../errors.ts";
import type { Address, Item, Table } from "../table/table.ts";

/** The port's bound on one request. */
const KEYS_PER_REQUEST_MAX = 100;

/** Rounds of asking again for what came back unprocessed, before the read has failed. */
const ROUNDS_MAX = 4;

/** Looks up an item among those read; `undefined`: there is none. */
export type Lookup = (address: Address) => Item | undefined;

/**
 * Reads items strongly consistent, each address once, in requests side by side. Throws
 * TransientError unless every address was read: what was not read is not absent.
 */
export async function batchRead(
  table: Pick<Table, "batchGet">,
  addresses: readonly Address[],
): Promise<Lookup> {
  const distinct = [...new Map(addresses.map((at) => [addressText(at), at])).values()];
  const found = new Map<string, Item>();
  const chunks: Promise<void>[] = [];
  for (let start = 0; start < distinct.length; start += KEYS_PER_REQUEST_MAX) {
    chunks.push(readChunk(table, distinct.slice(start, start + KEYS_PER_REQUEST_MAX), found));
  }
  await Promise.all(chunks);
  return (address) => found.get(addressText(address));
}

async function readChunk(
  table: Pick<Table, "batchGet">,
  addresses: readonly Address[],
  found: Map<string, Item>,
): Promise<void> {
  let pending = addresses;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const reply = await table.batchGet(pending);
    for (const { table, item } of reply.items) {
      found.set(addressText({ table, pk: item.pk, sk: item.sk }), item);
    }
    pending = reply.unprocessed;
    if (pending.length === 0) return;
  }
  throw new TransientError("THROTTLED", "Keys were left unprocessed in every round.");
}

function addressText({ table, pk, sk }: Address): string {
  return `${table}|${pk}|${sk}`;
}
