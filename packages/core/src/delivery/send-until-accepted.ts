import { createBackoff, type Deadline } from "../commit/backoff.ts";
import type { Clock, Delivery, RefusedDelivery } from "../ports.ts";
import { refusal, refusalBy } from "./refusal.ts";

/** How long items are sent again, and which. */
export interface SendingTerms {
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** Whether an item is sent again after a refusal. Default: always. */
  readonly isSentAgain?: (refusal: RefusedDelivery) => boolean;
  /** Called with every refusal. */
  readonly onRefused?: (refusal: RefusedDelivery) => void;
}

/** What became of each item: every one is in exactly one of the two. */
export interface Sent<T> {
  readonly accepted: ReadonlySet<T>;
  /** The last refusal of each. Those that are not final may have arrived all the same. */
  readonly refused: ReadonlyMap<T, RefusedDelivery>;
}

const NOT_SENT = refusal("DEADLINE", "There was no time left to send it.");

/**
 * Sends items, and sends again those that were refused, until the deadline. An attempt returns one
 * delivery for each item, in order; where it returns fewer, the last items were not sent. Never throws.
 */
export async function sendUntilAccepted<T>(
  items: readonly T[],
  attempt: (items: readonly T[]) => Promise<readonly Delivery[]>,
  { clock, deadline, isSentAgain = () => true, onRefused }: SendingTerms,
): Promise<Sent<T>> {
  const accepted = new Set<T>();
  const refused = new Map(items.map((item) => [item, NOT_SENT]));
  const backoff = createBackoff(clock, deadline);
  let pending = items;
  while (pending.length > 0) {
    const deliveries = await attempted(attempt, pending);
    pending = pending.filter((item, index) => {
      const delivery = deliveries[index] ?? refused.get(item) ?? NOT_SENT;
      if (delivery.accepted) {
        accepted.add(item);
        refused.delete(item);
        return false;
      }
      refused.set(item, delivery);
      onRefused?.(delivery);
      return isSentAgain(delivery);
    });
    if (pending.length === 0 || !(await backoff.waitIfTime())) break;
  }
  return { accepted, refused };
}

/** An attempt that throws has delivered nothing that is known. */
async function attempted<T>(
  attempt: (items: readonly T[]) => Promise<readonly Delivery[]>,
  items: readonly T[],
): Promise<readonly Delivery[]> {
  try {
    return await attempt(items);
  } catch (error) {
    return items.map(() => refusalBy(error));
  }
}
