import { type SqsQueue, type SqsStore, takeOldest } from "./fauxqs.ts";

/** By queue name: how many messages wait at most. The oldest make room for the newest. */
export type MessagesMax = Readonly<Record<string, number>>;

/** Removes what is older than a queue keeps, and what is more than it may hold. */
export function removeExcess(store: SqsStore, messagesMax: MessagesMax, nowMs: number): void {
  for (const queue of store.allQueues()) {
    removeExpired(queue, nowMs);
    const max = messagesMax[queue.name] ?? Number.POSITIVE_INFINITY;
    while (queue.messages.length > max) takeOldest(queue);
  }
}

/** Messages wait in the order of their sending, but for those that were received before. */
function removeExpired(queue: SqsQueue, nowMs: number): void {
  const oldestMs = nowMs - Number(queue.attributes.MessageRetentionPeriod) * 1_000;
  while ((queue.messages[0]?.sentTimestamp ?? oldestMs) < oldestMs) takeOldest(queue);
}
