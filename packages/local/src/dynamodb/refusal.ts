import type { Item, JsonObject } from "./dynalite.ts";

const SERVICE = "com.amazonaws.dynamodb.v20120810";

/** An answer other than success, in the shape DynamoDB sends it. dynalite's own errors have the same fields. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly statusCode = 400;
  readonly body: JsonObject;

  constructor(code: string, message: string, fields: JsonObject = {}) {
    super(message);
    this.body = { __type: `${SERVICE}#${code}`, message, ...fields };
  }
}

/** One entry per item of a cancelled transaction, in the order of the request. */
export interface CancellationReason {
  readonly Code: "None" | "ConditionalCheckFailed" | "TransactionConflict" | "ValidationError";
  readonly Message?: string;
  readonly Item?: Item;
}

export function validationRefusal(message: string): Refusal {
  return new Refusal("ValidationException", message);
}

export function cancelled(reasons: readonly CancellationReason[]): Refusal {
  const codes = reasons.map((reason) => reason.Code).join(", ");
  return new Refusal(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

export const CONFLICT: CancellationReason = {
  Code: "TransactionConflict",
  Message: "Transaction is ongoing for the item",
};

/** A refusal of ours or of dynalite; anything else is a fault. */
export function isRefusal(
  error: unknown,
): error is Pick<Refusal, "statusCode" | "body" | "message"> {
  return error instanceof Error && "statusCode" in error && "body" in error;
}

/** The exception's short name: `ConditionalCheckFailedException`. */
export function codeOf(refusal: Pick<Refusal, "body">): string {
  return String(refusal.body.__type).split("#").at(-1) ?? "";
}

/** The text a refusal carries; dynalite spells the field both ways. */
export function messageOf(refusal: Pick<Refusal, "body">): string {
  return String(refusal.body.message ?? refusal.body.Message ?? "");
}
