import { REQUEST_MS_MAX } from "@autonomy-gate/core/commit";
import type { Quarantine } from "@autonomy-gate/core/ports";

/**
 * One attempt a request and a bound on each: the gate does its own retries, inside its deadline.
 * `requestTimeout` ends with a reply's headers, `socketTimeout` is for a body that stops coming.
 */
export const REQUESTS = {
  maxAttempts: 1,
  requestHandler: {
    connectionTimeout: 500,
    requestTimeout: REQUEST_MS_MAX,
    socketTimeout: REQUEST_MS_MAX,
    throwOnRequestTimeout: true,
  },
};

/** Loads SQS's client with the first message for quarantine: a cold start does not wait for it. */
export function quarantineOnDemand(queueUrl: string): Quarantine {
  let opened: Quarantine | undefined;
  return {
    put: async (messages) => {
      const { openQuarantine } = await import("./quarantine-queue.ts");
      opened ??= openQuarantine(queueUrl, REQUESTS);
      return opened.put(messages);
    },
  };
}
