import { isDeepStrictEqual } from "node:util";
import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { v7 as uuidV7 } from "uuid";
import { createBackoff, deadlineIn } from "../../commit/backoff.ts";
import { FENCE_SETTLE_MS } from "../../commit/bounds.ts";
import type { ConfigScope } from "../../config/address.ts";
import type { ChangeReply, ConfigChange } from "../../config/change.ts";
import { PermanentError, TransientError } from "../../errors.ts";
import type { Clock, ConfigStore } from "../../ports.ts";
import type { TransactItem } from "./budget-write.ts";
import type { TableNames } from "./client.ts";
import { readConfig, type StoredConfig, storedConfig } from "./config-read.ts";
import { changeItems, fencedAccount, fenceRaiseAgain } from "./config-write.ts";
import { faultOf } from "./faults.ts";

/** How long a request may be tried again. Below what API Gateway allows an answer to take. */
const WRITE_MS_MAX = 20_000;

/**
 * The longest wait between two attempts. An account's fence is an item that every commit of the
 * account writes: a stop has to find its gap among them, so it asks more often than they do.
 */
const WRITE_DELAY_MS_MAX = 100;

/** The configuration on DynamoDB. */
export function dynamoConfigStore(
  client: DynamoDBDocumentClient,
  tables: TableNames,
  clock: Clock,
): ConfigStore {
  const settle = (scope: ConfigScope) => settled(client, tables.budgetState, scope, clock);
  return {
    read: async (address) => {
      const read = () => readConfig(client, tables.config, address);
      return (await untilDone(clock, "GetItem", read))?.attributes;
    },
    write: async (change) => {
      const reply = await writeChange(client, tables, change, clock);
      try {
        await settle(change.scope);
      } catch (cause) {
        throw reply.status === "written" ? unsettled(cause) : cause;
      }
      return reply;
    },
    settle,
  };
}

function unsettled(cause: unknown): TransientError {
  return new TransientError("UNSETTLED", "The change is stored and its account's fence is not.", {
    cause,
  });
}

/** Raises an account's fence once no read from before the last change can still be under way. */
async function settled(
  client: DynamoDBDocumentClient,
  table: string,
  scope: ConfigScope,
  clock: Clock,
): Promise<void> {
  const account = fencedAccount(scope);
  if (account === undefined) return;
  await clock.sleep(FENCE_SETTLE_MS);
  await untilDone(clock, "UpdateItem", async () => {
    try {
      await client.send(new UpdateCommand(fenceRaiseAgain(table, account)));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  });
}

/**
 * Changes an object that is still what `before` says. The condition is on what is stored, to the
 * last digit: `before` has been through doubles.
 */
async function writeChange(
  client: DynamoDBDocumentClient,
  tables: TableNames,
  change: ConfigChange,
  clock: Clock,
): Promise<ChangeReply> {
  const read = () => readConfig(client, tables.config, change);
  const stored = await untilDone(clock, "GetItem", read);
  if (!isDeepStrictEqual(stored?.attributes, change.before)) return changedMeanwhile(stored);
  const exact = stored === undefined ? change : { ...change, before: stored.exact };
  const request = transaction(tables, exact, clock);
  return untilDone(clock, "TransactWriteItems", async (): Promise<ChangeReply> => {
    try {
      await client.send(request);
      return { status: "written" };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      return changedMeanwhile(storedConfig(refused(error).Item));
    }
  });
}

/** One token for all attempts: a change whose reply was lost is not taken for another's. */
function transaction(tables: TableNames, change: ConfigChange, clock: Clock): TransactWriteCommand {
  const ids = { msecs: clock.epochMs() };
  const TransactItems = changeItems(tables, change, uuidV7(ids));
  requireStorable(TransactItems);
  return new TransactWriteCommand({ TransactItems, ClientRequestToken: uuidV7(ids) });
}

/** What has no form on the wire has none the next time either. */
function requireStorable(items: TransactItem[]): void {
  try {
    marshall(items, { removeUndefinedValues: true });
  } catch (cause) {
    throw new PermanentError("The change holds what DynamoDB cannot store.", { cause });
  }
}

/** The object's refusal. Throws when it was not the object that cancelled the transaction. */
function refused(error: TransactionCanceledException): CancellationReason {
  const reasons = error.CancellationReasons ?? [];
  const [object] = reasons;
  if (object?.Code === "ConditionalCheckFailed") return object;
  if (reasons.some(({ Code }) => Code === "ValidationError")) {
    throw new PermanentError("TransactWriteItems was refused as invalid.", { cause: error });
  }
  throw new TransientError("CONFLICT", "The change met another one.", { cause: error });
}

function changedMeanwhile(stored: StoredConfig | undefined): ChangeReply {
  return {
    status: "changed-meanwhile",
    ...(stored === undefined ? {} : { current: stored.attributes }),
  };
}

async function untilDone<T>(
  clock: Clock,
  operation: string,
  attempt: () => Promise<T>,
): Promise<T> {
  const backoff = createBackoff(clock, deadlineIn(clock, WRITE_MS_MAX), WRITE_DELAY_MS_MAX);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const fault = faultOf(error, operation);
      if (!(fault instanceof TransientError)) throw fault;
      await backoff.wait(fault);
    }
  }
}
