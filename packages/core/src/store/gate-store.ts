import type { BudgetWrite } from "../budget/claim.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import type { ClaimReply, FactsBatch, FactsRequest, GateStore, RecordReply } from "../ports.ts";
import type { Put, Table, Write } from "../table/table.ts";
import { type BatchRead, batchRead } from "./batch-read.ts";
import { budgetWrites } from "./budget-write.ts";
import { factsAddresses, factsReplies } from "./facts.ts";
import { budgetStateFrom, recordFrom, recordItem } from "./items.ts";

/** The gate's facts and decisions in the tables. */
export function gateStore(table: Table): GateStore {
  return {
    readFacts: (requests) => readFacts(table, requests),
    record: (record) => putRecord(table, record),
    recordClaims: (records, writes) => commit(table, records, writes),
  };
}

/** Asks again only while nothing is read whole: requests that were read do not wait for others. */
async function readFacts(table: Table, requests: readonly FactsRequest[]): Promise<FactsBatch> {
  const isWhole = (request: FactsRequest, isRead: BatchRead["isRead"]) =>
    factsAddresses([request]).every(isRead);
  const { lookup, isRead, isComplete, serviceEpochMs } = await batchRead(
    table,
    factsAddresses(requests),
    (isRead) => requests.some((request) => isWhole(request, isRead)),
  );
  const whole = isComplete ? requests : requests.filter((request) => isWhole(request, isRead));
  const replies = new Map(factsReplies(whole, lookup).map((reply, i) => [whole[i], reply]));
  return {
    replies: requests.map((request) => replies.get(request)),
    ...(serviceEpochMs === undefined ? {} : { serviceEpochMs }),
  };
}

async function putRecord(table: Table, record: DecisionRecord): Promise<RecordReply> {
  const reply = await table.put(newRecord(record));
  return reply.status === "done"
    ? { status: "recorded" }
    : { status: "exists", existing: recordFrom(reply.item) };
}

/** The budgets' writes come first, the decisions after them: replies name writes by their place. */
async function commit(
  table: Table,
  records: readonly DecisionRecord[],
  writes: readonly BudgetWrite[],
): Promise<ClaimReply> {
  const budgets: Write[] = [];
  const states = writes.map((write) => {
    const place = budgets.length;
    budgets.push(...budgetWrites(write));
    return place;
  });
  const reply = await table.transact([...budgets, ...records.map(newRecord)]);
  if (reply.status === "done") return { status: "committed" };
  const { refused } = reply;
  const decisions = [...refused].filter(([place]) => place >= budgets.length);
  const moved = [...states.entries()].filter(([, place]) => refused.has(place));
  return {
    status: "refused",
    existing: new Map(
      decisions.map(([place, item]) => [place - budgets.length, recordFrom(item)] as const),
    ),
    moved: new Map(
      moved.map(([index, place]) => [index, budgetStateFrom(refused.get(place))] as const),
    ),
  };
}

/** A decision is written once and never again. */
function newRecord(record: DecisionRecord): Put {
  return {
    kind: "put",
    table: "ledger",
    item: recordItem(record),
    condition: "attribute_not_exists(pk)",
  };
}
