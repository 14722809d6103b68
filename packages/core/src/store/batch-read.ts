import { TransientError } from "../errors.ts";
import type { Address, BatchGetReply, Item, Table } from "../table/table.ts";

/** The port's bound on one request. */
const KEYS_PER_REQUEST_MAX = 100;

/** Rounds of asking again for what came back unprocessed, before the read has failed. */
const ROUNDS_MAX = 4;

/** Looks up an item among those read; `undefined`: there is none. */
export type Lookup = (address: Address) => Item | undefined;

/** What a read found. */
export interface BatchRead {
  readonly lookup: Lookup;
  /** Whether an address was read: an address that was not may have an item. */
  readonly isRead: (address: Address) => boolean;
  /** Whether every address was read. */
  readonly isComplete: boolean;
  /** The service's time, as its last reply states it; absent where no reply states any. */
  readonly serviceEpochMs?: number;
}

/**
 * Reads items strongly consistent, each address once, in requests side by side. Asks again for what
 * was not read until `isEnough`, by default until everything was read. Throws TransientError when
 * it is not enough after some rounds, or at once when no request has a reply.
 */
export async function batchRead(
  table: Pick<Table, "batchGet">,
  addresses: readonly Address[],
  isEnough: (isRead: BatchRead["isRead"]) => boolean = () => false,
): Promise<BatchRead> {
  const found = new Map<string, Item>();
  const lookup = (address: Address) => found.get(addressText(address));
  let pending = new Map(addresses.map((at) => [addressText(at), at]));
  const isRead = (address: Address) => !pending.has(addressText(address));
  let serviceTime: Pick<BatchRead, "serviceEpochMs"> = {};
  let fault: TransientError | undefined;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const replies = await askOnce(table, [...pending.values()]);
    for (const { table, item } of replies.received.flatMap(({ items }) => items)) {
      found.set(addressText({ table, pk: item.pk, sk: item.sk }), item);
    }
    pending = new Map(replies.unread.map((at) => [addressText(at), at]));
    serviceTime = serviceTimeIn(replies) ?? serviceTime;
    fault = replies.fault;
    const isComplete = pending.size === 0;
    if (isComplete || isEnough(isRead)) return { lookup, isRead, isComplete, ...serviceTime };
  }
  throw fault ?? new TransientError("THROTTLED", "Keys were left unprocessed in every round.");
}

function serviceTimeIn({ received }: Replies): Pick<BatchRead, "serviceEpochMs"> | undefined {
  const times = received.flatMap(({ serviceEpochMs = [] }) => serviceEpochMs);
  const serviceEpochMs = times.at(-1);
  return serviceEpochMs === undefined ? undefined : { serviceEpochMs };
}

/** What came of the requests of one round. */
interface Replies {
  readonly received: readonly BatchGetReply[];
  readonly unread: readonly Address[];
  /** Why a request had no reply. */
  readonly fault?: TransientError;
}

/** Sends one request for each part of the addresses. Throws only when none has a reply. */
async function askOnce(
  table: Pick<Table, "batchGet">,
  addresses: readonly Address[],
): Promise<Replies> {
  const parts: (readonly Address[])[] = [];
  for (let start = 0; start < addresses.length; start += KEYS_PER_REQUEST_MAX) {
    parts.push(addresses.slice(start, start + KEYS_PER_REQUEST_MAX));
  }
  const received: BatchGetReply[] = [];
  const unread: Address[] = [];
  const faults: TransientError[] = [];
  await Promise.all(
    parts.map(async (part) => {
      try {
        const reply = await table.batchGet(part);
        received.push(reply);
        unread.push(...reply.unprocessed);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        faults.push(error);
        unread.push(...part);
      }
    }),
  );
  const [fault] = faults;
  if (fault !== undefined && received.length === 0) throw fault;
  return { received, unread, ...(fault === undefined ? {} : { fault }) };
}

function addressText({ table, pk, sk }: Address): string {
  return `${table}|${pk}|${sk}`;
}
