import { addressOf, addressText, itemAfter, queried } from "@autonomy-gate/core/memory";
import type {
  Address,
  BatchGetReply,
  Check,
  Item,
  Put,
  Query,
  QueryReply,
  Update,
  Write,
} from "@autonomy-gate/core/store";
import type { Operation } from "../faults.ts";
import { type Arrival, type Network, ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";
import type { ThrottledTenant } from "../scenario/scenario.ts";
import { writeUnits } from "./capacity.ts";
import type { AppliedWrite, Tables } from "./tables.ts";
import { createTransact, DONE, isInvalid, reasonFor } from "./transact.ts";

/** A write that was carried out. */
export interface Commit {
  readonly timeMs: number;
  /** When its request was sent. */
  readonly sentAtMs: number;
  readonly process: SimProcess;
  readonly operation: Operation;
  readonly writes: readonly AppliedWrite[];
}

/** DynamoDB, one attempt a request. All reject with ServiceFault. */
export interface Dynamo {
  /** @param consistent false: what is read may be old */
  batchGet(
    process: SimProcess,
    addresses: readonly Address[],
    consistent?: boolean,
  ): Promise<BatchGetReply>;
  get(process: SimProcess, address: Address): Promise<Item | undefined>;
  query(process: SimProcess, query: Query): Promise<QueryReply>;
  put(process: SimProcess, write: Put): Promise<void>;
  update(process: SimProcess, write: Update): Promise<void>;
  /** @param token makes the request the same request when it is sent again */
  transact(process: SimProcess, writes: readonly (Write | Check)[], token?: string): Promise<void>;
  readonly tables: Tables;
  /** Write units used, when they are metered. */
  units(): number;
}

export interface DynamoSettings {
  readonly onCommit: (commit: Commit) => void;
  readonly onRead: (process: SimProcess, addresses: readonly Address[]) => void;
  /** The true time at virtual time 0, epoch milliseconds: what its replies state. */
  readonly startEpochMs: number;
  /** Tenants of which nothing is served for a while. */
  readonly throttled: readonly ThrottledTenant[];
  /** Whether to count write units: it costs time. */
  readonly metered: boolean;
}

/** How old what an eventually consistent read finds may be. */
const STALE_MS_MAX = 1_000;

/** How far apart the items of one batch are read, unless a fault spreads them. */
const SPREAD_MS_MAX = 6;

/** What the operations share. */
export interface Service {
  readonly network: Network;
  readonly tables: Tables;
  /** Keys that a transaction holds. */
  readonly locks: Set<string>;
  apply(writes: readonly (Write | Check)[], arrival: Arrival<void>, operation: Operation): void;
  /** The true time, epoch milliseconds. */
  epochMs(): number;
  /** Whether nothing of the partition is served now. */
  isThrottled(pk: string): boolean;
}

export function createDynamo(network: Network, tables: Tables, settings: DynamoSettings): Dynamo {
  let units = 0;
  const service: Service = {
    network,
    tables,
    locks: new Set(),
    epochMs: () => settings.startEpochMs + network.scheduler.nowMs(),
    isThrottled: (pk) => isThrottled(pk, settings.throttled, network),
    apply: (writes, { process, sentAtMs }, operation) => {
      const timeMs = network.scheduler.nowMs();
      const applied = writes.flatMap((write) => {
        const address = addressOf(write);
        const after = itemAfter(write, tables.get(address));
        if (settings.metered) units += writeUnits(after, operation === "TransactWriteItems");
        return write.kind === "check" ? [] : [tables.put(address, after, timeMs)];
      });
      settings.onCommit({ timeMs, sentAtMs, process, operation, writes: applied });
    },
  };
  return {
    batchGet: (process, addresses, consistent = true) => {
      settings.onRead(process, addresses);
      const about = () => `${addresses.length} keys`;
      return network.call<BatchGetReply>(process, "BatchGetItem", about, (arrival) =>
        readBatch(service, addresses, consistent, arrival),
      );
    },
    get: (process, address) =>
      network.call(
        process,
        "GetItem",
        () => addressText(address),
        ({ respond }) => respond({ value: tables.get(address) }),
      ),
    query: (process, query) =>
      network.call(
        process,
        "Query",
        () => query.partition,
        ({ respond }) => respond({ value: queried(tables.all(query.table), query) }),
      ),
    put: (process, write) => writeOne(service, process, "PutItem", write),
    update: (process, write) => writeOne(service, process, "UpdateItem", write),
    transact: createTransact(service),
    tables,
    units: () => units,
  };
}

/** Each item at an instant of its own: a batch is not a snapshot. */
function readBatch(
  { network: { scheduler, random }, tables, epochMs, isThrottled }: Service,
  addresses: readonly Address[],
  consistent: boolean,
  { disturbance: { fault, code, delayMs = 0 }, respond }: Arrival<BatchGetReply>,
): void {
  const startMs = scheduler.nowMs() - (consistent ? 0 : random.between(0, STALE_MS_MAX));
  const spreadMs = fault === "F4" ? delayMs : random.between(0, SPREAD_MS_MAX);
  scheduler.after(spreadMs, () => {
    const isPartial = fault === "F3" && code === undefined;
    const unprocessed = addresses.filter(
      ({ pk }) => isThrottled(pk) || (isPartial && random.chance(0.4)),
    );
    if (unprocessed.length === addresses.length) {
      return respond({ fault: new ServiceFault("ThrottlingException") });
    }
    const items = addresses.flatMap((address) => {
      const item = tables.getAt(address, startMs + random.next() * spreadMs);
      if (item === undefined || unprocessed.includes(address)) return [];
      const { table, pk, sk } = address;
      return [{ table, item: { ...item, pk, sk } }];
    });
    respond({ value: { items, unprocessed, serviceEpochMs: epochMs() } });
  });
}

function isThrottled(
  pk: string,
  tenants: readonly ThrottledTenant[],
  { scheduler, faults }: Network,
): boolean {
  if (tenants.length === 0) return false;
  const nowMs = scheduler.nowMs();
  const isOf = ({ tenant_id, fromMs, toMs }: ThrottledTenant) =>
    fromMs <= nowMs && nowMs < toMs && `${pk}#`.startsWith(`TENANT#${tenant_id}#`);
  if (!tenants.some(isOf)) return false;
  faults.happened("F3");
  return true;
}

function writeOne(
  { network, tables, locks, apply, isThrottled }: Service,
  process: SimProcess,
  operation: "PutItem" | "UpdateItem",
  write: Put | Update,
): Promise<void> {
  const address = addressOf(write);
  const about = () => `${address.pk}/${address.sk}`;
  return network.call<void>(process, operation, about, (arrival) => {
    const refuse = (fault: ServiceFault) => arrival.respond({ fault });
    if (isThrottled(address.pk)) return refuse(new ServiceFault("ThrottlingException"));
    if (locks.has(addressText(address))) {
      return refuse(new ServiceFault("TransactionConflictException"));
    }
    if (isInvalid([write])) return refuse(new ServiceFault("ValidationException"));
    const { code, item } = reasonFor(tables, write);
    if (code !== "None") {
      network.faults.happened("F12");
      return refuse(new ServiceFault("ConditionalCheckFailedException", { item }));
    }
    apply([write], arrival, operation);
    arrival.respond(DONE);
  });
}
