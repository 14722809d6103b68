import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import type { BudgetWrite } from "../../budget/claim.ts";
import type { DecisionRecord } from "../../decision/decision.ts";
import { PermanentError, TransientError } from "../../errors.ts";
import type { ClaimReply, FactsReply, FactsRequest, GateStore, RecordReply } from "../../ports.ts";
import type { Stored } from "../../stored.ts";
import { batchRead } from "./batch-read.ts";
import { budgetItems, type TransactItem } from "./budget-write.ts";
import type { TableNames } from "./client.ts";
import { factsAddresses, factsReplies } from "./facts.ts";
import { faultOf } from "./faults.ts";
import { budgetStateFrom, recordFrom, recordItem } from "./items.ts";
import { oldItem } from "./old-item.ts";

/** A decision is written once and never again. */
const ONLY_IF_NEW = {
  ConditionExpression: "attribute_not_exists(pk)",
  ReturnValuesOnConditionCheckFailure: "ALL_OLD",
} as const;

/** The gate's store on DynamoDB. The client must not retry by itself (see `createDocumentClient`). */
export function dynamoGateStore(client: DynamoDBDocumentClient, tables: TableNames): GateStore {
  return {
    readFacts: (requests) => readFacts(client, tables, requests),
    record: (record) => putRecord(client, tables.ledger, record),
    recordClaims: (records, write) => transact(client, tables, records, write),
  };
}

async function readFacts(
  client: DynamoDBDocumentClient,
  tables: TableNames,
  requests: readonly FactsRequest[],
): Promise<FactsReply[]> {
  const lookup = await batchRead(client, factsAddresses(requests, tables));
  return factsReplies(requests, tables, lookup);
}

async function putRecord(
  client: DynamoDBDocumentClient,
  table: string,
  record: DecisionRecord,
): Promise<RecordReply> {
  try {
    const Item = recordItem(record);
    await client.send(new PutCommand({ TableName: table, Item, ...ONLY_IF_NEW }));
    return { status: "recorded" };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw faultOf(error, "PutItem");
    return { status: "exists", existing: recordFrom(oldItem(error.Item)) };
  }
}

async function transact(
  client: DynamoDBDocumentClient,
  tables: TableNames,
  records: readonly DecisionRecord[],
  write: BudgetWrite,
): Promise<ClaimReply> {
  const budget = budgetItems(tables.budgetState, write);
  const decisions = records.map(
    (record): TransactItem => ({
      Put: { TableName: tables.ledger, Item: recordItem(record), ...ONLY_IF_NEW },
    }),
  );
  try {
    await client.send(new TransactWriteCommand({ TransactItems: [...budget, ...decisions] }));
    return { status: "committed" };
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) {
      throw faultOf(error, "TransactWriteItems");
    }
    return refusalFrom(error, budget.length);
  }
}

/** What a cancelled transaction tells: the budget's items stood first, the decisions after them. */
function refusalFrom(error: TransactionCanceledException, budgetCount: number): ClaimReply {
  const reasons = error.CancellationReasons ?? [];
  const [budget] = reasons;
  const existing = new Map<number, Stored<DecisionRecord>>();
  for (const [index, reason] of reasons.slice(budgetCount).entries()) {
    if (isConditionFailure(reason)) existing.set(index, recordFrom(oldItem(reason.Item)));
  }
  const budgetMoved = budget !== undefined && isConditionFailure(budget);
  if (!budgetMoved && existing.size === 0) throwUnlessConflict(reasons, error);
  return {
    status: "refused",
    existing,
    ...(budgetMoved ? { budget: budgetStateFrom(oldItem(budget.Item)) } : {}),
    conflict: reasons.some(({ Code }) => Code === "TransactionConflict"),
  };
}

/** A cancellation for which no condition is to blame. */
function throwUnlessConflict(reasons: readonly CancellationReason[], cause: unknown): void {
  const codes = new Set(reasons.map(({ Code }) => Code ?? "None"));
  if (codes.has("ValidationError")) {
    throw new PermanentError("TransactWriteItems was refused as invalid.", { cause });
  }
  if (codes.has("TransactionConflict")) return;
  const throttled = codes.has("ThrottlingError") || codes.has("ProvisionedThroughputExceeded");
  throw new TransientError(
    throttled ? "THROTTLED" : "UNAVAILABLE",
    `TransactWriteItems was cancelled: ${[...codes].join(", ")}.`,
    { cause },
  );
}

function isConditionFailure({ Code }: CancellationReason): boolean {
  return Code === "ConditionalCheckFailed";
}
