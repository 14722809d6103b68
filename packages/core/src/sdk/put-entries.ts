import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { chunkBySize } from "../adapters/chunks.ts";
import { entryBytes, PUT_EVENTS_BOUNDS, putEvents } from "../adapters/eventbridge/put-events.ts";
import type { Deadline } from "../commit/backoff.ts";
import { type Sent, sendUntilAccepted } from "../delivery/send-until-accepted.ts";
import type { Clock, Delivery } from "../ports.ts";

/** Requests that are under way at the same time. */
const REQUESTS_SIDE_BY_SIDE = 4;

/** Puts entries on their bus, and again those refused for a reason that may pass, until the deadline. */
export function putEntries(
  client: EventBridgeClient,
  entries: readonly PutEventsRequestEntry[],
  clock: Clock,
  deadline: Deadline,
): Promise<Sent<PutEventsRequestEntry>> {
  return sendUntilAccepted(entries, (some) => putOnce(client, some, deadline), {
    clock,
    deadline,
    isSentAgain: ({ final }) => !final,
  });
}

/** One attempt for each entry. Those for which no time was left have no delivery. */
async function putOnce(
  client: EventBridgeClient,
  entries: readonly PutEventsRequestEntry[],
  deadline: Deadline,
): Promise<Delivery[]> {
  const requests = chunkBySize(entries, entryBytes, PUT_EVENTS_BOUNDS);
  const deliveries: Delivery[] = [];
  for (let sent = 0; sent < requests.length; sent += REQUESTS_SIDE_BY_SIDE) {
    if (deadline.remainingMs() <= 0) break;
    const some = requests.slice(sent, sent + REQUESTS_SIDE_BY_SIDE);
    const replies = await Promise.all(some.map((request) => putEvents(client, request)));
    deliveries.push(...replies.flat());
  }
  return deliveries;
}
