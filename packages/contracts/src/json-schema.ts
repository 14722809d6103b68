import { SCHEMA_VERSION } from "@autonomy-gate/core/contract";
import * as z from "zod";
import type { BusEvent } from "./events.ts";

/** A JSON document. */
export type Document = Readonly<Record<string, unknown>>;

type Target = "draft-2020-12" | "draft-07" | "draft-04";

/** The detail of an event, in JSON Schema 2020-12. */
export function detailDocument({ name, summary, schema }: BusEvent): Document {
  const { $schema, ...rest } = convert(schema, "draft-2020-12");
  return {
    $schema,
    $id: `urn:autonomy-gate:schema:v${SCHEMA_VERSION}:${name}`,
    title: name,
    description: summary,
    ...rest,
  };
}

/** The whole event, in draft 4, as the EventBridge schema registry keeps its schemas. */
export function registryDocument(event: BusEvent): Document {
  const { $schema, ...detail } = convert(event.schema, "draft-04");
  return {
    $schema,
    title: event.name,
    description: event.summary,
    definitions: { [event.name]: detail },
    "x-amazon-events-detail-type": event.name,
    "x-amazon-events-source": event.source,
    ...envelopeOf(event, { $ref: `#/definitions/${event.name}` }, (value) => ({ enum: [value] })),
  };
}

/** The whole event, as AsyncAPI's own schema language has it. */
export function payloadSchema(event: BusEvent): Document {
  const { $schema: _, ...detail } = convert(event.schema, "draft-07");
  return envelopeOf(event, detail, (value) => ({ const: value }));
}

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
function envelopeOf(
  { name, source }: BusEvent,
  detail: Document,
  exactly: (value: string) => Document,
): Document {
  const text = { type: "string" };
  return {
    type: "object",
    properties: {
      version: text,
      id: { ...text, description: "EventBridge's own: new on each delivery of the same outcome." },
      "detail-type": { ...text, ...exactly(name) },
      source: { ...text, ...exactly(source) },
      account: text,
      time: { ...text, format: "date-time" },
      region: text,
      resources: { type: "array", items: text },
      detail,
    },
    required: ["detail-type", "source", "detail"],
  };
}

function convert(schema: z.ZodType, target: Target): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, { target, io: "input" });
}
