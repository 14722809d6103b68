import { connect } from "@autonomy-gate/local/clients";
import { startStack } from "@autonomy-gate/local/stack";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { createPeerTables } from "../../peer/tables.ts";
import {
  actionTypeModes,
  ceilingItem,
  configureBed,
  openTenantDayItem,
  putItems,
  SPENT_LIMIT,
} from "../configure.ts";
import type { SideName } from "../speed/run.ts";
import {
  accountName,
  accountsOf,
  batchOf,
  type Kind,
  lambdaContext,
  spentAccountName,
} from "../workload.ts";
import { modelledLatencyMs, sequentialRoundTrips } from "./chains.ts";
import { itemBytes, WireItem } from "./item-size.ts";
import { type Call, createMeter } from "./meter.ts";
import { type Handler, meteredGate, meteredPeer } from "./metered.ts";
import type { BatchShape } from "./shapes.ts";
import { putItemsOf, type StoredItem, sum, type Units, unitsOf } from "./units.ts";

/** What one batch did to AWS. */
export interface Counts extends Units {
  readonly calls: number;
  readonly roundTrips: number;
  readonly bytesOut: number;
  readonly modelledLatencyMs: number;
}

/** Both sides on one fresh stack, with every call noted. */
export interface CountingBed {
  /** Runs one batch of new intents. Throws when a message of it failed. */
  count(side: SideName, shape: BatchShape): Promise<Counts>;
  /** Adds modes of action types that no intent names, so many in all. */
  configureActionTypes(count: number): Promise<void>;
  /** Sets a ceiling that no run reaches, whose day is open. */
  setCeiling(): Promise<void>;
  /** What one record of the gate weighs, by DynamoDB's rules. */
  recordBytes(kind: Kind): Promise<number>;
  close(): Promise<void>;
}

/** The largest batch, and so the most accounts of one. */
const BATCH_MAX = 100;
const NO_PORTS = { dynamodb: 0, sqs: 0, events: 0, admin: 0 };

export async function createCountingBed(): Promise<CountingBed> {
  const stack = await startStack({ ports: NO_PORTS });
  const clients = connect(stack.description);
  await createPeerTables(clients.dynamodb);
  await configureBed(clients.documents, stack.description);
  const meter = createMeter();
  const handlers: Record<SideName, Handler> = {
    gate: meteredGate(stack.description, meter),
    peer: meteredPeer(stack.description, meter),
  };
  await usePeerBudgets(handlers.peer);
  meter.take();
  const stored: StoredItem = async (TableName, Key) => {
    const { Item } = await clients.dynamodb.send(
      new GetItemCommand({ TableName, Key: keyOf(Key) }),
    );
    return WireItem.optional().parse(Item);
  };
  const callsOf = async (side: SideName, { size, kind, spread }: BatchShape) => {
    const event = batchOf(size, kind, accountsOf(kind, spread));
    const { batchItemFailures } = await handlers[side](event, lambdaContext());
    if (batchItemFailures.length > 0) throw new Error(`${side} failed ${batchItemFailures.length}`);
    return meter.take();
  };
  return {
    count: async (side, shape) => countsOf(await callsOf(side, shape), stored),
    configureActionTypes: (count) =>
      putItems(clients.documents, stack.description.dynamodb.tables.config, actionTypeModes(count)),
    setCeiling: async () => {
      const { tables } = stack.description.dynamodb;
      await putItems(clients.documents, tables.config, [ceilingItem()]);
      await putItems(clients.documents, tables.budget_state, [openTenantDayItem()]);
    },
    recordBytes: async (kind) => {
      const calls = await callsOf("gate", { size: 1, kind, spread: "one-account" });
      return recordBytesIn(calls);
    },
    close: async () => {
      clients.destroy();
      await stack.close();
    },
  };
}

async function countsOf(calls: readonly Call[], stored: StoredItem): Promise<Counts> {
  return {
    calls: calls.length,
    roundTrips: sequentialRoundTrips(calls),
    bytesOut: calls.reduce((bytes, call) => bytes + call.bytesOut, 0),
    modelledLatencyMs: modelledLatencyMs(calls),
    ...sum(await Promise.all(calls.map((call) => unitsOf(call, stored)))),
  };
}

/** The record is the last item of a transaction, or the one that was put. */
function recordBytesIn(calls: readonly Call[]): number {
  const [item] = calls.flatMap(putItemsOf).slice(-1);
  if (item === undefined) throw new TypeError("A batch records its decisions.");
  return itemBytes(item);
}

/** The peer keeps its own budgets: it has to open the day of each account, and to spend the spent. */
async function usePeerBudgets(peer: Handler): Promise<void> {
  await peer(batchOf(BATCH_MAX, "automatic", accountName), lambdaContext());
  for (let unit = 0; unit < SPENT_LIMIT; unit++) {
    await peer(batchOf(BATCH_MAX, "spent", spentAccountName), lambdaContext());
  }
}

function keyOf(key: WireItem): Record<string, { S: string }> {
  return Object.fromEntries(
    Object.entries(key).map(([name, value]) => [name, { S: String(value.S) }]),
  );
}
