import { SCHEMA_VERSION } from "@autonomy-gate/core/contract";
import { BUS_EVENTS, type BusEvent } from "./events.ts";
import { type Document, payloadSchema } from "./json-schema.ts";

const CHANNEL = "#/channels/bus";

/** The bus as AsyncAPI 3.1 describes it, from the gate's side: it receives intents, it sends the rest. */
export function asyncApiDocument(): Document {
  const received = BUS_EVENTS.filter(({ direction }) => direction === "received");
  const outcomes = BUS_EVENTS.filter(({ source }) => source === "autonomy.gate");
  const changes = BUS_EVENTS.filter(({ source }) => source === "autonomy.admin");
  return {
    asyncapi: "3.1.0",
    info: {
      title: "The autonomy gate's bus",
      version: `${SCHEMA_VERSION}.0.0`,
      description:
        "Phase 3 publishes intents; the gate answers each with exactly one of three outcomes, delivered at least once and the same to the byte. Deduplicate on detail.metadata.event_id.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    channels: {
      bus: {
        address: "{busName}",
        title: "The EventBridge bus",
        description: "Rules pick events by source and detail-type; see rule-patterns/.",
        parameters: { busName: { description: "The bus of the deployment." } },
        messages: Object.fromEntries(
          BUS_EVENTS.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: {
      receiveIntents: operation("receive", "Decides every intent, once.", received),
      sendOutcomes: operation("send", "One outcome per intent, for ever.", outcomes),
      sendConfigChanges: operation("send", "What administrators change.", changes),
    },
    components: {
      messages: Object.fromEntries(BUS_EVENTS.map((event) => [event.name, messageOf(event)])),
    },
  };
}

function operation(
  action: "send" | "receive",
  summary: string,
  events: readonly BusEvent[],
): Document {
  return {
    action,
    summary,
    channel: { $ref: CHANNEL },
    messages: events.map(({ name }) => ({ $ref: `${CHANNEL}/messages/${name}` })),
  };
}

function messageOf(event: BusEvent): Document {
  return {
    name: event.name,
    title: event.name,
    summary: event.summary,
    contentType: "application/json",
    payload: payloadSchema(event),
  };
}
