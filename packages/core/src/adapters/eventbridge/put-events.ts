import {
  type EventBridgeClient,
  EventBridgeServiceException,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from "@aws-sdk/client-eventbridge";
import { refusal, refusalBy } from "../../delivery/refusal.ts";
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

/** Codes of single entries that no retry can change. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  "InvalidArgument",
  "MalformedDetail",
  "NotAuthorizedForSourceException",
  "NotAuthorizedForDetailTypeException",
]);

/** Client errors that a retry can change. */
const TRANSIENT_ERRORS: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "TooManyRequestsException",
  "ConcurrentModificationException",
]);

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
    return entries.map((_, index) => deliveryOf(reply.Entries?.[index]));
  } catch (error) {
    const refused = refusalBy(error, isFinal(error));
    return entries.map(() => refused);
  }
}

function deliveryOf(result: PutEventsResultEntry | undefined): Delivery {
  if (result?.EventId !== undefined) return { accepted: true };
  const code = result?.ErrorCode ?? "NoResult";
  return refusal(code, result?.ErrorMessage, FINAL_CODES.has(code));
}

function isFinal(error: unknown): boolean {
  return (
    error instanceof EventBridgeServiceException &&
    error.$fault === "client" &&
    !TRANSIENT_ERRORS.has(error.name)
  );
}
