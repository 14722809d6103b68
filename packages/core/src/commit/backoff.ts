import { TransientError } from "../errors.ts";
import type { Clock } from "../ports.ts";

const FIRST_DELAY_MS_MAX = 25;
const DELAY_MS_MAX = 1_000;

/** A moment after which no more work is begun. */
export interface Deadline {
  /** Milliseconds left; 0 or less when it is over. */
  remainingMs(): number;
}

export function deadlineIn(clock: Clock, ms: number): Deadline {
  const endsAtMs = clock.elapsedMs() + ms;
  return { remainingMs: () => endsAtMs - clock.elapsedMs() };
}

export interface Backoff {
  /**
   * Waits before another attempt: not at all the first time, then a random time below a bound that
   * doubles up to 1 s. Throws TransientError DEADLINE when the time is over or would be.
   */
  wait(cause?: unknown): Promise<void>;
  /** The same, but answers false, at once, where `wait` would throw. */
  waitIfTime(): Promise<boolean>;
}

/** @param delayMsMax the longest wait; less for the few that must win against many */
export function createBackoff(
  clock: Clock,
  deadline: Deadline,
  delayMsMax: number = DELAY_MS_MAX,
): Backoff {
  let waits = 0;
  const waitIfTime = async () => {
    const delayMs = waits === 0 ? 0 : clock.random() * Math.min(delayMsMax, boundMs(waits));
    waits += 1;
    if (delayMs >= deadline.remainingMs()) return false;
    if (delayMs > 0) await clock.sleep(delayMs);
    return true;
  };
  return {
    waitIfTime,
    wait: async (cause) => {
      if (await waitIfTime()) return;
      throw new TransientError("DEADLINE", "There is no time left for another attempt.", { cause });
    },
  };
}

function boundMs(waits: number): number {
  return FIRST_DELAY_MS_MAX * 2 ** (waits - 1);
}
