import { type Arrival, type CancelReason, type Reply, ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";
import type { Random } from "../random.ts";
import { isTooLarge } from "./capacity.ts";
import type { Service, WriteAction } from "./dynamo.ts";
import { holds } from "./expressions.ts";
import { addressText, type Tables } from "./tables.ts";

export const DONE: Reply<void> = { value: undefined };

/** How long a transaction holds its items, unless a fault makes it longer. */
const HOLD_MS_MAX = 3;

/** DynamoDB's bound on the items of one transaction. */
const ITEMS_MAX = 100;

type Transact = (
  process: SimProcess,
  actions: readonly WriteAction[],
  token?: string,
) => Promise<void>;

/** TransactWriteItems: holds its items for a while, then does all or nothing. */
export function createTransact(service: Service): Transact {
  const { network } = service;
  const tokens = new Map<string, "running" | "done">();

  return (process, actions, token) => {
    const about = () => actions.map(({ pk, sk }) => `${pk}/${sk}`).join(" ");
    return network.call<void>(process, "TransactWriteItems", about, (arrival) => {
      const known = token === undefined ? undefined : tokens.get(token);
      const early = known === undefined ? refusal(service, actions, arrival) : repeated(known);
      if (early !== undefined) return arrival.respond(early);
      if (token !== undefined) tokens.set(token, "running");
      hold(service, actions, arrival, (reply) => {
        if (token !== undefined && "value" in reply) tokens.set(token, "done");
        else if (token !== undefined) tokens.delete(token);
        arrival.respond(reply);
      });
    });
  };
}

/** The same token is the same request. */
function repeated(known: "running" | "done"): Reply<void> {
  if (known === "done") return DONE;
  return { fault: new ServiceFault("TransactionInProgressException") };
}

/** What refuses a transaction as it arrives; nothing: it may go on. */
function refusal(
  { network, tables, locks }: Service,
  actions: readonly WriteAction[],
  arrival: Arrival<void>,
): Reply<void> | undefined {
  if (isInvalid(actions)) return { fault: new ServiceFault("ValidationException") };
  const reasons = actions.map((action) => conflictReason(locks.has(addressText(action))));
  if (reasons.some(isReason)) return cancelled(reasons);
  const played = playedReasons(tables, network.random, actions, arrival);
  return played && cancelled(played);
}

function hold(
  { network: { scheduler, random, faults }, tables, locks, apply }: Service,
  actions: readonly WriteAction[],
  arrival: Arrival<void>,
  end: (reply: Reply<void>) => void,
): void {
  const keys = actions.map(addressText);
  for (const key of keys) locks.add(key);
  const { fault, delayMs = 0 } = arrival.disturbance;
  scheduler.after(fault === "F11" ? delayMs : random.next() * HOLD_MS_MAX, () => {
    for (const key of keys) locks.delete(key);
    const reasons = actions.map((action) => reasonFor(tables, action));
    if (!reasons.some(isReason)) {
      apply(actions, arrival, "TransactWriteItems");
      return end(DONE);
    }
    const budgetMoved = actions[0]?.sk === "BUDGET_STATE#CURRENT" && reasons[0]?.code !== "None";
    if (budgetMoved) faults.happened("F11");
    end(cancelled(reasons));
  });
}

/** Reasons made up by a fault: conflicts, or conflicts among true refusals. */
function playedReasons(
  tables: Tables,
  random: Random,
  actions: readonly WriteAction[],
  { disturbance: { fault, code, moment } }: Arrival<void>,
): CancelReason[] | undefined {
  if (code !== undefined || moment !== "before") return undefined;
  const victim = random.int(actions.length);
  if (fault === "F7") return actions.map((_, index) => conflictReason(index === victim));
  if (fault !== "F8") return undefined;
  return actions.map((action, index) => {
    const reason = reasonFor(tables, action);
    if (isReason(reason)) return reason;
    if (index === victim) return conflictReason(true);
    return { code: random.pick(["None", "TransactionConflict", "ThrottlingError"]) };
  });
}

/** Why one action may not be done as things stand, if it may not. */
export function reasonFor(tables: Tables, action: WriteAction): CancelReason {
  const item = tables.get(action);
  if (action.condition === undefined || holds(action.condition, item, action)) {
    return { code: "None" };
  }
  return { code: "ConditionalCheckFailed", item: action.returnsOld === true ? item : undefined };
}

/** What DynamoDB refuses whatever is stored. */
export function isInvalid(actions: readonly WriteAction[]): boolean {
  const distinct = new Set(actions.map(addressText));
  return (
    distinct.size < actions.length ||
    actions.length > ITEMS_MAX ||
    actions.some(({ item }) => isTooLarge(item))
  );
}

function isReason({ code }: CancelReason): boolean {
  return code !== "None";
}

function conflictReason(conflicts: boolean): CancelReason {
  return { code: conflicts ? "TransactionConflict" : "None" };
}

function cancelled(reasons: readonly CancelReason[]): Reply<void> {
  return { fault: new ServiceFault("TransactionCanceledException", { reasons }) };
}
