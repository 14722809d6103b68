import type { Operation } from "../faults.ts";
import {
  type Arrival,
  type CancelReason,
  type Network,
  type Reply,
  ServiceFault,
} from "../network.ts";
import type { SimProcess } from "../process.ts";
import { isTooLarge, writeUnits } from "./capacity.ts";
import { type Attributes, type ExpressionTerms, holds, updated } from "./expressions.ts";
import { type Address, type AppliedWrite, addressText, type Tables } from "./tables.ts";

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

export interface BatchGetResult {
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

const DONE: Reply<void> = { value: undefined };
const HOLD_MS_MAX = 3;

/** How old what an eventually consistent read finds may be. */
const STALE_MS_MAX = 1_000;

/** DynamoDB's bound on the items of one transaction. */
const ITEMS_MAX = 100;

export function createDynamo(network: Network, tables: Tables, settings: DynamoSettings): Dynamo {
  const { scheduler, random, faults } = network;
  const locks = new Set<string>();
  const tokens = new Map<string, "running" | "done">();
  let units = 0;

  function batchGet(process: SimProcess, addresses: readonly Address[], consistent = true) {
    settings.onRead(process, addresses);
    const about = () => `${addresses.length} keys`;
    return network.call<BatchGetResult>(process, "BatchGetItem", about, (arrival) => {
      const { fault, code, delayMs = 0 } = arrival.disturbance;
      const startMs = scheduler.nowMs();
      const ageMs = consistent ? 0 : random.between(0, STALE_MS_MAX);
      const spreadMs = fault === "F4" ? delayMs : random.between(0, 6);
      scheduler.after(spreadMs, () => {
        const isPartial = fault === "F3" && code === undefined;
        const unprocessed = isPartial ? addresses.filter(() => random.chance(0.4)) : [];
        const found = addresses.flatMap((address) => {
          // Each item at an instant of its own: a batch is not a snapshot.
          const item = tables.getAt(address, startMs - ageMs + random.next() * spreadMs);
          return item === undefined || unprocessed.includes(address) ? [] : [{ ...address, item }];
        });
        arrival.respond({ value: { found, unprocessed } });
      });
    });
  }

  function transact(process: SimProcess, actions: readonly WriteAction[], token?: string) {
    const about = () => actions.map(({ pk, sk }) => `${pk}/${sk}`).join(" ");
    return network.call<void>(process, "TransactWriteItems", about, (arrival) => {
      if (isInvalid(actions)) {
        return arrival.respond({ fault: new ServiceFault("ValidationException") });
      }
      if (token !== undefined && tokens.has(token)) {
        const running = tokens.get(token) === "running";
        return arrival.respond(
          running ? { fault: new ServiceFault("TransactionInProgressException") } : DONE,
        );
      }
      const keys = actions.map(addressText);
      const reasons = keys.map((key): CancelReason => ({ code: conflictCode(locks.has(key)) }));
      const played = playedReasons(arrival, actions);
      if (reasons.some(({ code }) => code !== "None")) return arrival.respond(cancelled(reasons));
      if (played !== undefined) return arrival.respond(cancelled(played));
      for (const key of keys) locks.add(key);
      if (token !== undefined) tokens.set(token, "running");
      const { fault, delayMs = 0 } = arrival.disturbance;
      const holdMs = fault === "F11" ? delayMs : random.next() * HOLD_MS_MAX;
      scheduler.after(holdMs, () => {
        for (const key of keys) locks.delete(key);
        const reply = commitAll(actions, arrival);
        if (token !== undefined && "value" in reply) tokens.set(token, "done");
        else if (token !== undefined) tokens.delete(token);
        arrival.respond(reply);
      });
    });
  }

  function commitAll(actions: readonly WriteAction[], arrival: Arrival<void>): Reply<void> {
    const reasons = actions.map(reasonFor);
    if (reasons.some(({ code }) => code !== "None")) {
      const [first] = actions;
      if (first?.sk === "BUDGET_STATE#CURRENT" && reasons[0]?.code !== "None") {
        faults.happened("F11");
      }
      return cancelled(reasons);
    }
    apply(actions, arrival, "TransactWriteItems");
    return DONE;
  }

  /** Reasons made up by a fault: conflicts, or conflicts among true refusals. */
  function playedReasons(
    { disturbance: { fault, code, moment } }: Arrival<void>,
    actions: readonly WriteAction[],
  ): CancelReason[] | undefined {
    if (code !== undefined || moment !== "before") return undefined;
    const victim = random.int(actions.length);
    if (fault === "F7") return actions.map((_, i) => ({ code: conflictCode(i === victim) }));
    if (fault !== "F8") return undefined;
    const others = ["None", "TransactionConflict", "ThrottlingError"];
    return actions.map((action, index) => {
      const reason = reasonFor(action);
      if (reason.code !== "None") return reason;
      return { code: index === victim ? "TransactionConflict" : random.pick(others) };
    });
  }

  function reasonFor(action: WriteAction): CancelReason {
    const item = tables.get(action);
    if (action.condition === undefined || holds(action.condition, item, action)) {
      return { code: "None" };
    }
    return { code: "ConditionalCheckFailed", item: action.returnsOld === true ? item : undefined };
  }

  function writeOne(process: SimProcess, operation: "PutItem" | "UpdateItem", action: WriteAction) {
    const about = () => `${action.pk}/${action.sk}`;
    return network.call<void>(process, operation, about, (arrival) => {
      if (locks.has(addressText(action))) {
        return arrival.respond({ fault: new ServiceFault("TransactionConflictException") });
      }
      if (isInvalid([action])) {
        return arrival.respond({ fault: new ServiceFault("ValidationException") });
      }
      const { code, item } = reasonFor(action);
      if (code !== "None") {
        faults.happened("F12");
        const fault = new ServiceFault("ConditionalCheckFailedException", { item });
        return arrival.respond({ fault });
      }
      apply([action], arrival, operation);
      arrival.respond(DONE);
    });
  }

  function apply(
    actions: readonly WriteAction[],
    { process, sentAtMs }: Arrival<void>,
    operation: Operation,
  ): void {
    const timeMs = scheduler.nowMs();
    const writes = actions.map((action) => {
      const after = itemAfter(action, tables.get(action));
      if (settings.metered) units += writeUnits(after, operation === "TransactWriteItems");
      return tables.put(action, after, timeMs);
    });
    settings.onCommit({ timeMs, sentAtMs, process, operation, writes });
  }

  return {
    batchGet,
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
        ({ respond }) =>
          respond({
            value: tables
              .all(table)
              .filter((item) => item.pk === pk && String(item.sk).startsWith(prefix)),
          }),
      ),
    put: (process, action) => writeOne(process, "PutItem", action),
    update: (process, action) => writeOne(process, "UpdateItem", action),
    transact,
    tables,
    units: () => units,
  };
}

/** What DynamoDB refuses whatever is stored. */
function isInvalid(actions: readonly WriteAction[]): boolean {
  const distinct = new Set(actions.map(addressText));
  return (
    distinct.size < actions.length ||
    actions.length > ITEMS_MAX ||
    actions.some(({ item }) => isTooLarge(item))
  );
}

function itemAfter(action: WriteAction, before: Attributes | undefined): Attributes | undefined {
  if (action.update === undefined) return action.item;
  return updated(action.update, before ?? { pk: action.pk, sk: action.sk }, action);
}

function conflictCode(conflicts: boolean): string {
  return conflicts ? "TransactionConflict" : "None";
}

function cancelled(reasons: readonly CancelReason[]): Reply<void> {
  return { fault: new ServiceFault("TransactionCanceledException", { reasons }) };
}
