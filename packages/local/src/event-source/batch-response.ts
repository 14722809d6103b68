import * as z from "zod";

/**
 * Which messages of a batch failed, by Lambda's rules for `ReportBatchItemFailures`.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */

const Response = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
  })
  .nullish();

/** The batch as a whole has failed: every message of it comes back. */
export class BatchFailedError extends Error {
  override readonly name = "BatchFailedError";
}

/**
 * Nothing, `{}`, and a list that is null or empty mean that all messages succeeded.
 * @throws BatchFailedError when the response is malformed or names a message not in the batch
 */
export function failedMessageIds(
  response: unknown,
  messageIds: ReadonlySet<string>,
): ReadonlySet<string> {
  const parsed = Response.safeParse(asReturned(response));
  if (!parsed.success) {
    throw new BatchFailedError("The response is not a list of batchItemFailures", {
      cause: parsed.error,
    });
  }
  const failures = parsed.data?.batchItemFailures ?? [];
  const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
  const unknown = [...failed].filter((id) => !messageIds.has(id));
  if (unknown.length > 0) {
    throw new BatchFailedError(`The response names messages not in the batch: ${unknown.join()}`);
  }
  return failed;
}

/** Lambda sees only what survives as JSON. */
function asReturned(response: unknown): unknown {
  try {
    const text: unknown = JSON.stringify(response);
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch (cause) {
    throw new BatchFailedError("The response is not JSON", { cause });
  }
}
