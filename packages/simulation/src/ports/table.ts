import type { Item, Table, TransactReply, WriteReply } from "@autonomy-gate/core/store";
import { PermanentError, TransientError } from "@autonomy-gate/core/values";
import type { Dynamo } from "../dynamo/dynamo.ts";
import { type CancelReason, ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";

const DONE = { status: "done" } as const;

/** The tables on the simulated DynamoDB, without a client between. */
export function simulatedTable(dynamo: Dynamo, process: SimProcess): Table {
  return {
    batchGet: (addresses) => dynamo.batchGet(process, addresses).catch(rethrow),
    get: (address) => dynamo.get(process, address).catch(rethrow),
    put: (write) => single(dynamo.put(process, write)),
    update: (write) => single(dynamo.update(process, write)),
    transact: async (writes, token): Promise<TransactReply> => {
      try {
        await dynamo.transact(process, writes, token);
        return DONE;
      } catch (error) {
        if (!isCode(error, "TransactionCanceledException")) throw faultOf(error);
        return cancelled(error);
      }
    },
    query: (query) => dynamo.query(process, query).catch(rethrow),
  };
}

async function single(work: Promise<void>): Promise<WriteReply> {
  try {
    await work;
    return DONE;
  } catch (error) {
    if (!isCode(error, "ConditionalCheckFailedException")) throw faultOf(error);
    return { status: "refused", item: error.item };
  }
}

function cancelled(error: ServiceFault): TransactReply {
  const refused = new Map<number, Item | undefined>();
  for (const [index, { code, item }] of error.reasons.entries()) {
    if (code === "ConditionalCheckFailed") refused.set(index, item);
  }
  if (refused.size > 0) return { status: "refused", refused };
  const conflict = error.reasons.some(({ code }: CancelReason) => code === "TransactionConflict");
  throw new TransientError(conflict ? "CONFLICT" : "UNAVAILABLE", error.code, { cause: error });
}

function isCode(error: unknown, code: string): error is ServiceFault {
  return error instanceof ServiceFault && error.code === code;
}

function rethrow(error: unknown): never {
  throw faultOf(error);
}

const CONFLICT_CODES = new Set(["TransactionConflictException", "TransactionInProgressException"]);

/** What a fault means for the work; anything that is not the services' own is a bug, and thrown. */
function faultOf(error: unknown): Error {
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
