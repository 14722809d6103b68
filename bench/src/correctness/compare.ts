import { connect } from "@autonomy-gate/local/clients";
import { startStack } from "@autonomy-gate/local/stack";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { createPeerTables, PEER_TABLES } from "../../peer/tables.ts";
import { configureBed } from "../configure.ts";
import { createMeter } from "../count/meter.ts";
import { type Handler, meteredGate, meteredPeer } from "../count/metered.ts";
import type { SideName } from "../speed/run.ts";
import { accountName, batchOf, lambdaContext, redelivered, TENANT } from "../workload.ts";
import { type EventsFault, failFirst, intentOf, type Taken } from "./faulty-events.ts";

/** What a side made of intents whose first publication failed. */
export interface Correctness {
  readonly side: SideName;
  readonly fault: EventsFault;
  readonly intents: number;
  /** Intents without any event. */
  readonly lost: number;
  /** Intents with events that are not the same byte for byte. */
  readonly contradicted: number;
  /** Intents that ran by themselves. */
  readonly automatic: number;
  /** Units the budget says were used; more than `automatic`: counted double. */
  readonly counted: number;
}

const INTENTS = 20;
const ACCOUNT = 0;
const DELIVERIES_MAX = 5;

/** Runs the same fault against both sides: messages are delivered again until they succeed. */
export async function compareCorrectness(): Promise<Correctness[]> {
  const results: Correctness[] = [];
  for (const fault of ["refused", "reply-lost"] as const) {
    for (const side of ["gate", "peer"] as const) results.push(await run(side, fault));
  }
  return results;
}

async function run(side: SideName, fault: EventsFault): Promise<Correctness> {
  const stack = await startStack({ ports: { dynamodb: 0, sqs: 0, events: 0, admin: 0 } });
  const clients = connect(stack.description);
  await createPeerTables(clients.dynamodb);
  await configureBed(clients.documents, stack.description);
  const taken: (readonly Taken[])[] = [];
  const create = side === "gate" ? meteredGate : meteredPeer;
  const handler = create(stack.description, createMeter(), (events) => {
    taken.push(failFirst(events, fault));
  });
  await deliverUntilDone(handler);
  const outcomes = Map.groupBy(taken.flat(), intentOf);
  const counted = await unitsCounted(side, async (TableName, Key) => {
    const { Item } = await clients.documents.send(new GetCommand({ TableName, Key }));
    return Item ?? {};
  });
  clients.destroy();
  await stack.close();
  const details = [...outcomes.values()];
  return {
    side,
    fault,
    intents: INTENTS,
    lost: INTENTS - outcomes.size,
    contradicted: details.filter((events) => new Set(events.map(({ Detail }) => Detail)).size > 1)
      .length,
    automatic: details.filter((events) =>
      events.some(({ DetailType }) => DetailType === "ActionAutoApproved"),
    ).length,
    counted,
  };
}

async function deliverUntilDone(handler: Handler): Promise<void> {
  let pending = batchOf(INTENTS, "automatic", () => accountName(ACCOUNT));
  for (let delivery = 1; pending.Records.length > 0; delivery++) {
    if (delivery > DELIVERIES_MAX) return;
    const failed = await failedIn(handler, redelivered(pending, delivery));
    pending = { Records: pending.Records.filter(({ messageId }) => failed.has(messageId)) };
  }
}

/** A handler that throws has failed all its messages. */
async function failedIn(
  handler: Handler,
  event: ReturnType<typeof batchOf>,
): Promise<ReadonlySet<string>> {
  try {
    const { batchItemFailures } = await handler(event, lambdaContext());
    return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  } catch {
    return new Set(event.Records.map(({ messageId }) => messageId));
  }
}

type ReadItem = (table: string, key: Record<string, string>) => Promise<Record<string, unknown>>;

async function unitsCounted(side: SideName, read: ReadItem): Promise<number> {
  const account = accountName(ACCOUNT);
  if (side === "gate") {
    const key = { pk: `TENANT#${TENANT}#ACCOUNT#${account}`, sk: "BUDGET_STATE#CURRENT" };
    return Number((await read("AutonomyBudgetState", key)).count);
  }
  const day = new Date().toISOString().slice(0, 10);
  const { name } = PEER_TABLES.budget;
  return Number((await read(name, { key: `budget:${TENANT}#${account}#${day}` })).points);
}
