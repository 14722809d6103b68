import { addressOf, addressText, mayWrite } from "@autonomy-gate/core/memory";
import type { Check, Write } from "@autonomy-gate/core/store";
import { type Arrival, type CancelReason, type Reply, ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";
import type { Random } from "../random.ts";
import { isTooLarge } from "./capacity.ts";
import type { Service } from "./dynamo.ts";
import type { Tables } from "./tables.ts";

export const DONE: Reply<void> = { value: undefined };

/** How long a transaction holds its items, unless a fault makes it longer. */
const HOLD_MS_MAX = 3;

/** DynamoDB's bound on the items of one transwrite. */
const ITEMS_MAX = 100;

type Transact = (
  process: SimProcess,
  writes: readonly (Write | Check)[],
  token?: string,
) => Promise<void>;

/** TransactWriteItems: holds its items for a while, then does all or nothing. */
export function createTransact(service: Service): Transact {
  const { network } = service;
  const tokens = new Map<string, "running" | "done">();

  return (process, writes, token) => {
    const about = () => writes.map(keyText).join(" ");
    return network.call<void>(process, "TransactWriteItems", about, (arrival) => {
      const known = token === undefined ? undefined : tokens.get(token);
      const early = known === undefined ? refusal(service, writes, arrival) : repeated(known);
      if (early !== undefined) return arrival.respond(early);
      if (token !== undefined) tokens.set(token, "running");
      hold(service, writes, arrival, (reply) => {
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
  { network, tables, locks, isThrottled }: Service,
  writes: readonly (Write | Check)[],
  arrival: Arrival<void>,
): Reply<void> | undefined {
  if (isInvalid(writes)) return { fault: new ServiceFault("ValidationException") };
  if (writes.some((write) => isThrottled(addressOf(write).pk))) {
    return { fault: new ServiceFault("ThrottlingException") };
  }
  const reasons = writes.map((write) => conflictReason(locks.has(keyText(write))));
  if (reasons.some(isReason)) return cancelled(reasons);
  const played = playedReasons(tables, network.random, writes, arrival);
  return played && cancelled(played);
}

function hold(
  { network: { scheduler, random, faults }, tables, locks, apply }: Service,
  writes: readonly (Write | Check)[],
  arrival: Arrival<void>,
  end: (reply: Reply<void>) => void,
): void {
  const keys = writes.map(keyText);
  for (const key of keys) locks.add(key);
  const { fault, delayMs = 0 } = arrival.disturbance;
  scheduler.after(fault === "F11" ? delayMs : random.next() * HOLD_MS_MAX, () => {
    for (const key of keys) locks.delete(key);
    const reasons = writes.map((write) => reasonFor(tables, write));
    if (!reasons.some(isReason)) {
      apply(writes, arrival, "TransactWriteItems");
      return end(DONE);
    }
    const budgetMoved = isBudget(writes[0]) && reasons[0]?.code !== "None";
    if (budgetMoved) faults.happened("F11");
    end(cancelled(reasons));
  });
}

/** Reasons made up by a fault: conflicts, or conflicts among true refusals. */
function playedReasons(
  tables: Tables,
  random: Random,
  writes: readonly (Write | Check)[],
  { disturbance: { fault, code, moment } }: Arrival<void>,
): CancelReason[] | undefined {
  if (code !== undefined || moment !== "before") return undefined;
  const victim = random.int(writes.length);
  if (fault === "F7") return writes.map((_, index) => conflictReason(index === victim));
  if (fault !== "F8") return undefined;
  return writes.map((write, index) => {
    const reason = reasonFor(tables, write);
    if (isReason(reason)) return reason;
    if (index === victim) return conflictReason(true);
    return { code: random.pick(["None", "TransactionConflict", "ThrottlingError"]) };
  });
}

/** Why one action may not be done as things stand, if it may not. */
export function reasonFor(tables: Tables, write: Write | Check): CancelReason {
  const item = tables.get(addressOf(write));
  return mayWrite(write, item) ? { code: "None" } : { code: "ConditionalCheckFailed", item };
}

/** What DynamoDB refuses whatever is stored. */
export function isInvalid(writes: readonly (Write | Check)[]): boolean {
  const distinct = new Set(writes.map(keyText));
  return (
    distinct.size < writes.length ||
    writes.length > ITEMS_MAX ||
    writes.some((write) => write.kind === "put" && isTooLarge(write.item))
  );
}

function keyText(write: Write | Check): string {
  return addressText(addressOf(write));
}

function isBudget(write: Write | Check | undefined): boolean {
  return write !== undefined && addressOf(write).sk === "BUDGET_STATE#CURRENT";
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
