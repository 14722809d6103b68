import type { RefusedDelivery } from "../ports.ts";

/** A refusal in the receiver's words, where it gave any. */
export function refusal(
  errorCode: string,
  message = "No reason was given.",
  final = false,
): RefusedDelivery {
  return { accepted: false, errorCode, message, final };
}

/** What a request that failed says of each of its entries, which may have arrived all the same. */
export function refusalBy(error: unknown, final = false): RefusedDelivery {
  return error instanceof Error
    ? refusal(error.name, error.message, final)
    : refusal("UnknownError", String(error), final);
}
