import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import type { Delivery } from "../../ports.ts";
import type { ChunkBounds } from "../chunks.ts";

/**
 * EventBridge's bounds on one PutEvents request:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
export const PUT_EVENTS_BOUNDS = {
  countMax: 10,
  bytesMax: 256 * 1024,
} as const satisfies ChunkBounds;

/** Bytes of an entry as EventBridge counts them. */
export function entryBytes(entry: PutEventsRequestEntry): number {
  const { Source = "", DetailType = "", Detail = "" } = entry;
  return Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}

/** One request. A reply of 200 may still have refused entries: each says so for itself. Never throws. */
export async function putEvents(
  client: EventBridgeClient,
  entries: readonly PutEventsRequestEntry[],
): Promise<Delivery[]> {
  try {
    const reply = await client.send(new PutEventsCommand({ Entries: [...entries] }));
    return entries.map((_, index) => {
      const result = reply.Entries?.[index];
      if (result?.EventId !== undefined) return { accepted: true };
      return { accepted: false, errorCode: result?.ErrorCode ?? "NoResult" };
    });
  } catch (error) {
    const errorCode = error instanceof Error ? error.name : "UnknownError";
    return entries.map(() => ({ accepted: false, errorCode }));
  }
}
