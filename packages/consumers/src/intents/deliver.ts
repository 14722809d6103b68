import { createBackoff, type Deadline } from "@autonomy-gate/core/commit/backoff";
import type { GateSignals } from "@autonomy-gate/core/commit/context";
import type { Clock, Delivery } from "@autonomy-gate/core/ports";

/** How long deliveries may be tried, and who hears of it. */
export interface DeliveryContext {
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly signals: GateSignals;
}

/**
 * Delivers each item, those refused again until the deadline. Answers with the items that were
 * accepted: the others may or may not have arrived. Never throws.
 */
export async function deliver<T>(
  operation: string,
  items: readonly T[],
  attempt: (items: readonly T[]) => Promise<readonly Delivery[]>,
  { clock, deadline, signals }: DeliveryContext,
): Promise<ReadonlySet<T>> {
  const accepted = new Set<T>();
  const backoff = createBackoff(clock, deadline);
  let pending = items;
  while (pending.length > 0) {
    const deliveries = await attempted(attempt, pending);
    pending = pending.filter((item, index) => {
      const delivery = deliveries[index];
      if (delivery?.accepted !== true) {
        signals.retried(operation, delivery?.errorCode ?? "NoResult");
        return true;
      }
      accepted.add(item);
      return false;
    });
    if (pending.length === 0 || !(await backoff.waitIfTime())) break;
  }
  return accepted;
}

/** An attempt that throws has delivered nothing that is known. */
async function attempted<T>(
  attempt: (items: readonly T[]) => Promise<readonly Delivery[]>,
  items: readonly T[],
): Promise<readonly Delivery[]> {
  try {
    return await attempt(items);
  } catch (error) {
    const errorCode = error instanceof Error ? error.name : "UnknownError";
    return items.map(() => ({ accepted: false, errorCode }));
  }
}
