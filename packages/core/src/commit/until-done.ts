import { TransientError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { createBackoff, type Deadline } from "./backoff.ts";

/** How long an attempt is repeated. */
export interface RetryTerms {
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** The longest wait between two attempts; see `createBackoff`. */
  readonly delayMsMax?: number;
  /** Called with every transient fault. */
  readonly onFault?: (fault: TransientError) => void;
}

/**
 * Repeats an attempt that throws TransientError. Throws TransientError DEADLINE, with the last fault
 * as its cause, when no time is left, and any other error at once.
 */
export async function untilDone<T>(
  attempt: () => Promise<T>,
  { clock, deadline, delayMsMax, onFault }: RetryTerms,
): Promise<T> {
  const backoff = createBackoff(clock, deadline, delayMsMax);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      onFault?.(error);
      await backoff.wait(error);
    }
  }
}
