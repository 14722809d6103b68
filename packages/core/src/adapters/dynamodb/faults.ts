import {
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  type TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { PermanentError, TransientError } from "../../errors.ts";

const CONFLICTS = [TransactionConflictException, TransactionInProgressException];
const THROTTLES = [
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
];

/**
 * What a failed DynamoDB request means for the work. A request the service calls invalid stays
 * invalid; anything unknown may or may not have been carried out.
 */
export function faultOf(error: unknown, operation: string): TransientError | PermanentError {
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  const options = { cause: error };
  if (CONFLICTS.some((conflict) => error instanceof conflict)) {
    return new TransientError("CONFLICT", `${operation} met another transaction.`, options);
  }
  if (THROTTLES.some((throttle) => error instanceof throttle)) {
    return new TransientError("THROTTLED", `${operation} was throttled.`, options);
  }
  if (error instanceof Error && error.name === "ValidationException") {
    return new PermanentError(`${operation} was refused as invalid: ${error.message}`, options);
  }
  return new TransientError("UNAVAILABLE", `${operation} got no usable answer.`, options);
}

/** Why a transaction was cancelled for which no condition is to blame. */
export function cancellationFault(
  cause: TransactionCanceledException,
): TransientError | PermanentError {
  const codes = new Set((cause.CancellationReasons ?? []).map(({ Code }) => Code ?? "None"));
  const message = `TransactWriteItems was cancelled: ${[...codes].join(", ")}.`;
  if (codes.has("ValidationError")) return new PermanentError(message, { cause });
  if (codes.has("TransactionConflict")) return new TransientError("CONFLICT", message, { cause });
  const throttled = codes.has("ThrottlingError") || codes.has("ProvisionedThroughputExceeded");
  return new TransientError(throttled ? "THROTTLED" : "UNAVAILABLE", message, { cause });
}
