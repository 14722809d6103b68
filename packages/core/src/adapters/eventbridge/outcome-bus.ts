import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { OUTCOME_SOURCE } from "../../contract.ts";
import type { GateEvent } from "../../outcome/outcome.ts";
import type { OutcomeBus } from "../../ports.ts";
import { chunkBySize } from "../chunks.ts";
import { detailText } from "./detail.ts";
import { entryBytes, PUT_EVENTS_BOUNDS, putEvents } from "./put-events.ts";

/**
 * Some of EventBridge's documents count what an event adds to its entry. A request refused for its
 * size would be refused again, so it stays clear of the bound; intents have at most 128 KB.
 */
const BOUNDS = { ...PUT_EVENTS_BOUNDS, bytesMax: 240 * 1024 };

/** Publishes outcomes and closings on a bus, in requests side by side, one attempt each. */
export function eventBridgeOutcomeBus(client: EventBridgeClient, busName: string): OutcomeBus {
  return {
    publish: async (events) => {
      const entries = events.map((event) => entryOf(event, busName));
      const requests = chunkBySize(entries, entryBytes, BOUNDS);
      const deliveries = await Promise.all(requests.map((request) => putEvents(client, request)));
      return deliveries.flat();
    },
  };
}

function entryOf({ detailType, detail }: GateEvent, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: OUTCOME_SOURCE,
    DetailType: detailType,
    Detail: detailText(detail),
  };
}
