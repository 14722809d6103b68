import type { Operation } from "../faults.ts";
import { type Arrival, type Network, ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";
import { writeUnits } from "./capacity.ts";
import { type Attributes, type ExpressionTerms, updated } from "./expressions.ts";
import { type Address, type AppliedWrite, addressText, type Tables } from "./tables.ts";
import { createTransact, DONE, isInvalid, reasonFor } from "./transact.ts";

/** One action on one item, as a request asks for it. */
export interface WriteAction extends Address, ExpressionTerms {
  /** What to store; absent for updates and deletions. */
  readonly item?: Attributes | undefined;
  readonly update?: string | undefined;
  readonly condition?: string | undefined;
  /** Whether a refusal comes with the item as it is. */
  readonly returnsOld?: boolean;
}

/** A write that was carried out. */
export interface Commit {
  readonly timeMs: number;
  /** When its request was sent. */
  readonly sentAtMs: number;
  readonly process: SimProcess;
  readonly operation: Operation;
  readonly writes: readonly AppliedWrite[];
}

interface BatchGetResult {
  readonly found: readonly (Address & { readonly item: Attributes })[];
  readonly unprocessed: readonly Address[];
}

/** DynamoDB, one attempt a request. All reject with ServiceFault. */
export interface Dynamo {
  /** @param consistent false: what is read may be old */
  batchGet(
    process: SimProcess,
    addresses: readonly Address[],
    consistent?: boolean,
  ): Promise<BatchGetResult>;
  get(process: SimProcess, address: Address): Promise<Attributes | undefined>;
  query(process: SimProcess, table: string, pk: string, prefix: string): Promise<Attributes[]>;
  put(process: SimProcess, action: WriteAction): Promise<void>;
  update(process: SimProcess, action: WriteAction): Promise<void>;
  /** @param token makes the request the same request when it is sent again */
  transact(process: SimProcess, actions: readonly WriteAction[], token?: string): Promise<void>;
  readonly tables: Tables;
  /** Write units used, when they are metered. */
  units(): number;
}

export interface DynamoSettings {
  readonly onCommit: (commit: Commit) => void;
  readonly onRead: (process: SimProcess, addresses: readonly Address[]) => void;
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
  apply(actions: readonly WriteAction[], arrival: Arrival<void>, operation: Operation): void;
}

export function createDynamo(network: Network, tables: Tables, settings: DynamoSettings): Dynamo {
  let units = 0;
  const service: Service = {
    network,
    tables,
    locks: new Set(),
    apply: (actions, { process, sentAtMs }, operation) => {
      const timeMs = network.scheduler.nowMs();
      const writes = actions.map((action) => {
        const after = itemAfter(action, tables.get(action));
        if (settings.metered) units += writeUnits(after, operation === "TransactWriteItems");
        return tables.put(action, after, timeMs);
      });
      settings.onCommit({ timeMs, sentAtMs, process, operation, writes });
    },
  };
  return {
    batchGet: (process, addresses, consistent = true) => {
      settings.onRead(process, addresses);
      const about = () => `${addresses.length} keys`;
      return network.call<BatchGetResult>(process, "BatchGetItem", about, (arrival) =>
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
    query: (process, table, pk, prefix) =>
      network.call(
        process,
        "Query",
        () => `${pk}/${prefix}*`,
        ({ respond }) => respond({ value: itemsOf(tables, table, pk, prefix) }),
      ),
    put: (process, action) => writeOne(service, process, "PutItem", action),
    update: (process, action) => writeOne(service, process, "UpdateItem", action),
    transact: createTransact(service),
    tables,
    units: () => units,
  };
}

/** Each item at an instant of its own: a batch is not a snapshot. */
function readBatch(
  { network: { scheduler, random }, tables }: Service,
  addresses: readonly Address[],
  consistent: boolean,
  { disturbance: { fault, code, delayMs = 0 }, respond }: Arrival<BatchGetResult>,
): void {
  const startMs = scheduler.nowMs() - (consistent ? 0 : random.between(0, STALE_MS_MAX));
  const spreadMs = fault === "F4" ? delayMs : random.between(0, SPREAD_MS_MAX);
  scheduler.after(spreadMs, () => {
    const isPartial = fault === "F3" && code === undefined;
    const unprocessed = isPartial ? addresses.filter(() => random.chance(0.4)) : [];
    const found = addresses.flatMap((address) => {
      const item = tables.getAt(address, startMs + random.next() * spreadMs);
      return item === undefined || unprocessed.includes(address) ? [] : [{ ...address, item }];
    });
    respond({ value: { found, unprocessed } });
  });
}

function writeOne(
  { network, tables, locks, apply }: Service,
  process: SimProcess,
  operation: "PutItem" | "UpdateItem",
  action: WriteAction,
): Promise<void> {
  const about = () => `${action.pk}/${action.sk}`;
  return network.call<void>(process, operation, about, (arrival) => {
    const refuse = (fault: ServiceFault) => arrival.respond({ fault });
    if (locks.has(addressText(action))) {
      return refuse(new ServiceFault("TransactionConflictException"));
    }
    if (isInvalid([action])) return refuse(new ServiceFault("ValidationException"));
    const { code, item } = reasonFor(tables, action);
    if (code !== "None") {
      network.faults.happened("F12");
      return refuse(new ServiceFault("ConditionalCheckFailedException", { item }));
    }
    apply([action], arrival, operation);
    arrival.respond(DONE);
  });
}

function itemsOf(tables: Tables, table: string, pk: string, prefix: string): Attributes[] {
  return tables.all(table).filter((item) => item.pk === pk && String(item.sk).startsWith(prefix));
}

function itemAfter(action: WriteAction, before: Attributes | undefined): Attributes | undefined {
  if (action.update === undefined) return action.item;
  return updated(action.update, before ?? { pk: action.pk, sk: action.sk }, action);
}
