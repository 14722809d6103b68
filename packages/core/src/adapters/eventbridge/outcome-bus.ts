import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { OUTCOME_SOURCE } from "../../contract.ts";
import type { Outcome } from "../../outcome/outcome.ts";
import type { Delivery, OutcomeBus } from "../../ports.ts";
import { chunkBySize } from "../chunks.ts";
import { detailText } from "./detail.ts";

/**
 * EventBridge's bounds on one PutEvents request. Its entries must have less than 256 KB together,
 * some say with what an event adds to its entry: a request refused whole would be refused again.
 */
const ENTRIES_PER_REQUEST_MAX = 10;
const BYTES_PER_REQUEST_MAX = 240 * 1024;

/** Publishes outcomes on a bus, in requests side by side, one attempt each. */
export function eventBridgeOutcomeBus(client: EventBridgeClient, busName: string): OutcomeBus {
  return {
    publish: async (outcomes) => {
      const entries = outcomes.map((outcome) => entryOf(outcome, busName));
      const chunks = chunkBySize(entries, entryBytes, {
        countMax: ENTRIES_PER_REQUEST_MAX,
        bytesMax: BYTES_PER_REQUEST_MAX,
      });
      const deliveries = await Promise.all(chunks.map((chunk) => putEvents(client, chunk)));
      return deliveries.flat();
    },
  };
}

function entryOf({ detailType, detail }: Outcome, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: OUTCOME_SOURCE,
    DetailType: detailType,
    Detail: detailText(detail),
  };
}

/** A reply of 200 may still have refused entries: each says so for itself. */
async function putEvents(
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

/** As EventBridge counts an entry. */
function entryBytes({ Source = "", DetailType = "", Detail = "" }: PutEventsRequestEntry): number {
  return Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}
