import { budgetItems } from "@autonomy-gate/core/adapters/dynamodb/budget-write";
import type { TableNames } from "@autonomy-gate/core/adapters/dynamodb/client";
import { factsAddresses, factsReplies } from "@autonomy-gate/core/adapters/dynamodb/facts";
import {
  budgetStateFrom,
  recordFrom,
  recordItem,
} from "@autonomy-gate/core/adapters/dynamodb/items";
import { decisionKey } from "@autonomy-gate/core/adapters/dynamodb/keys";
import type { BudgetWrite } from "@autonomy-gate/core/budget/claim";
import type { DecisionRecord } from "@autonomy-gate/core/decision/decision";
import { PermanentError, TransientError } from "@autonomy-gate/core/errors";
import type { ClaimReply, FactsReply, FactsRequest, GateStore } from "@autonomy-gate/core/ports";
import type { Stored } from "@autonomy-gate/core/stored";
import { actionOf } from "../dynamo/actions.ts";
import type { Dynamo, WriteAction } from "../dynamo/dynamo.ts";
import type { Attributes } from "../dynamo/expressions.ts";
import { type Address, addressText } from "../dynamo/tables.ts";
import { ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";

/** The names the simulated tables go by. */
export const TABLES: TableNames = { config: "config", budgetState: "budget", ledger: "ledger" };

const KEYS_PER_REQUEST_MAX = 100;
const ROUNDS_MAX = 4;

/** The gate's store on the simulated DynamoDB, without a client between. */
export function simulatedGateStore(dynamo: Dynamo, process: SimProcess): GateStore {
  return {
    readFacts: (requests) => readFacts(dynamo, process, requests),
    record: async (record) => {
      try {
        await dynamo.put(process, recordAction(record));
        return { status: "recorded" };
      } catch (error) {
        if (isCode(error, "ConditionalCheckFailedException")) {
          return { status: "exists", existing: recordFrom(error.item) };
        }
        throw transientFrom(error);
      }
    },
    recordClaims: (records, write) => recordClaims(dynamo, process, records, write),
  };
}

async function readFacts(
  dynamo: Dynamo,
  process: SimProcess,
  requests: readonly FactsRequest[],
): Promise<FactsReply[]> {
  const addresses = factsAddresses(requests, TABLES);
  const distinct = [...new Map(addresses.map((at) => [addressText(at), at])).values()];
  const found = new Map<string, Attributes>();
  const chunks: Promise<void>[] = [];
  for (let start = 0; start < distinct.length; start += KEYS_PER_REQUEST_MAX) {
    const chunk = distinct.slice(start, start + KEYS_PER_REQUEST_MAX);
    chunks.push(readChunk(dynamo, process, chunk, found));
  }
  await Promise.all(chunks);
  return factsReplies(requests, TABLES, (table, pk, sk) =>
    found.get(addressText({ table, pk, sk })),
  );
}

async function readChunk(
  dynamo: Dynamo,
  process: SimProcess,
  chunk: readonly Address[],
  found: Map<string, Attributes>,
): Promise<void> {
  let pending = chunk;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const reply = await dynamo.batchGet(process, pending).catch((error: unknown) => {
      throw transientFrom(error);
    });
    for (const { item, ...address } of reply.found) found.set(addressText(address), item);
    pending = reply.unprocessed;
    if (pending.length === 0) return;
  }
  throw new TransientError("THROTTLED", "Keys were left unprocessed in every round.");
}

async function recordClaims(
  dynamo: Dynamo,
  process: SimProcess,
  records: readonly DecisionRecord[],
  write: BudgetWrite,
): Promise<ClaimReply> {
  const budget = budgetItems(TABLES.budgetState, write).map(actionOf);
  try {
    await dynamo.transact(process, [...budget, ...records.map(recordAction)]);
    return { status: "committed" };
  } catch (error) {
    if (!isCode(error, "TransactionCanceledException")) throw transientFrom(error);
    return claimReply(error, budget.length);
  }
}

/** What a cancelled transaction tells: the budget's items stood first, the decisions after them. */
function claimReply({ reasons }: ServiceFault, budgetCount: number): ClaimReply {
  const [budget] = reasons;
  const existing = new Map<number, Stored<DecisionRecord>>();
  for (const [index, { code, item }] of reasons.slice(budgetCount).entries()) {
    if (code === "ConditionalCheckFailed") existing.set(index, recordFrom(item));
  }
  const moved = budget?.code === "ConditionalCheckFailed";
  const conflict = reasons.some(({ code }) => code === "TransactionConflict");
  if (!moved && existing.size === 0 && !conflict) {
    throw new TransientError("UNAVAILABLE", "Cancelled for no reason of the items'.");
  }
  return {
    status: "refused",
    existing,
    ...(moved ? { budget: budgetStateFrom(budget.item) } : {}),
    conflict,
  };
}

/** As the DynamoDB adapter writes a decision. */
function recordAction(record: DecisionRecord): WriteAction {
  return {
    table: TABLES.ledger,
    ...decisionKey(record),
    item: recordItem(record),
    condition: "attribute_not_exists(pk)",
    returnsOld: true,
  };
}

function isCode(error: unknown, code: string): error is ServiceFault {
  return error instanceof ServiceFault && error.code === code;
}

const CONFLICT_CODES = new Set(["TransactionConflictException", "TransactionInProgressException"]);

/** What a fault means for the work; anything that is not the services' own is a bug, and thrown. */
export function transientFrom(error: unknown): Error {
  if (!(error instanceof ServiceFault)) {
    return error instanceof Error ? error : new PermanentError(String(error));
  }
  const options = { cause: error };
  if (error.code === "ValidationException") return new PermanentError(error.code, options);
  if (CONFLICT_CODES.has(error.code)) return new TransientError("CONFLICT", error.code, options);
  if (error.code === "ThrottlingException") {
    return new TransientError("THROTTLED", error.code, options);
  }
  return new TransientError("UNAVAILABLE", error.code, options);
}
