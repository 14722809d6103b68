import { receivedIntent } from "@autonomy-gate/core/adapters/node/received-intent";
import { INTENT_DETAIL_TYPE, SCHEMA_VERSION } from "@autonomy-gate/core/contract";
import { Instant, instantMs } from "@autonomy-gate/core/day";
import type { ReceivedIntent } from "@autonomy-gate/core/gate/received";
import { issuesOf } from "@autonomy-gate/core/intent/content";
import {
  type ExactJson,
  FLAW_MESSAGES,
  type JsonFlaw,
  parseExactJson,
} from "@autonomy-gate/core/intent/exact-json";
import { IntentIds, IntentMetadata } from "@autonomy-gate/core/intent/intent";
import type { InputIssue } from "@autonomy-gate/core/intent/json-bounds";
import type { QuarantineCode } from "@autonomy-gate/core/ports";
import * as z from "zod";

/** What a message holds: an intent the gate can answer, or something no retry can help. */
export type Message = IntentMessage | Refused;

export interface IntentMessage {
  readonly kind: "intent";
  readonly received: ReceivedIntent;
  /** The intent's data in RFC 8785 form, for its outcome; `null` when it has none. */
  readonly canonical: string | null;
  /** When the intent was published, epoch milliseconds, where the event says so. */
  readonly occurredAtMs?: number;
}

export interface Refused {
  readonly kind: "refused";
  readonly errorCode: QuarantineCode;
  /** What is wrong, without any value from the message. */
  readonly errorDetail: string;
}

const Envelope = z.looseObject({
  id: z.string().optional(),
  source: z.string(),
  "detail-type": z.string(),
  detail: z.looseObject({
    metadata: z.unknown().optional(),
    data: z.unknown().optional(),
  }),
});
type Envelope = z.infer<typeof Envelope>;

const Versioned = z.looseObject({ schema_version: z.unknown() });

/**
 * Reads the EventBridge event in an SQS body. The rule lets only our events pass; they are checked
 * again, since anyone who may send to the queue could have written them. Never throws.
 */
export function readMessage(body: string, sources: readonly string[]): Message {
  const event = readEnvelope(body);
  if (event.kind === "refused") return event;
  const { envelope, flaws } = event;
  const unexpected = unexpectedEvent(envelope, sources);
  if (unexpected !== undefined) return unexpected;
  const { metadata, data } = envelope.detail;
  const ids = IntentIds.safeParse(data);
  const unusable = [
    ...(ids.success ? [] : issuesOf(ids.error, "data")),
    ...flaws.filter(isAboutIds).map(issueOf),
  ];
  if (!ids.success || unusable.length > 0) {
    return refused("UNUSABLE_IDS", unusable.map(sentence).join("; "));
  }
  const about = IntentMetadata.safeParse(metadata ?? {});
  const { received, canonical } = receivedIntent({
    data,
    ref: ids.data,
    raw: body,
    isAmbiguous: flaws.length > 0,
    traceIds: traceIds(about.data, envelope.id),
    otherIssues: [
      ...flaws.map(issueOf),
      ...(about.success ? [] : issuesOf(about.error, "metadata")),
    ],
  });
  return { kind: "intent", canonical, received, ...occurredAt(about.data?.occurred_at) };
}

/** Flaws beside the detail's metadata and data make it doubtful which event this is at all. */
function isInDetail({ path: [first, second] }: JsonFlaw): boolean {
  return first === "detail" && (second === "data" || second === "metadata");
}

function isAboutIds({ path: [, part, name = "", ...deeper] }: JsonFlaw): boolean {
  return part === "data" && deeper.length === 0 && Object.hasOwn(IntentIds.shape, name);
}

/** With its path from the detail on. */
function issueOf({ kind, path: [, ...inDetail] }: JsonFlaw): InputIssue {
  return { path: inDetail.join("."), message: FLAW_MESSAGES[kind] };
}

function readEnvelope(
  body: string,
): { kind: "event"; envelope: Envelope; flaws: readonly JsonFlaw[] } | Refused {
  let event: ExactJson;
  try {
    event = parseExactJson(body);
  } catch {
    return refused("MALFORMED_MESSAGE", "The body is not JSON.");
  }
  const { flaws } = event;
  const doubtful = flaws.filter((flaw) => !isInDetail(flaw) || flaw.path.length === 2);
  if (doubtful.length > 0) {
    const places = doubtful.map(({ kind, path }) => `${path.join(".")}: ${FLAW_MESSAGES[kind]}`);
    return refused("MALFORMED_MESSAGE", `The body is ambiguous: ${places.join("; ")}`);
  }
  const envelope = Envelope.safeParse(event.value);
  if (envelope.success) return { kind: "event", envelope: envelope.data, flaws };
  const issues = issuesOf(envelope.error, "event").map(sentence).join("; ");
  return refused("MALFORMED_MESSAGE", `The body is not an EventBridge event: ${issues}`);
}

function unexpectedEvent(envelope: Envelope, sources: readonly string[]): Refused | undefined {
  if (!sources.includes(envelope.source)) {
    return refused("UNEXPECTED_EVENT", `source must be one of: ${sources.join(", ")}`);
  }
  if (envelope["detail-type"] !== INTENT_DETAIL_TYPE) {
    return refused("UNEXPECTED_EVENT", `detail-type must be ${INTENT_DETAIL_TYPE}`);
  }
  const versioned = Versioned.safeParse(envelope.detail.metadata);
  const version = versioned.success ? versioned.data.schema_version : undefined;
  if (version !== undefined && version !== null && version !== SCHEMA_VERSION) {
    return refused("UNSUPPORTED_VERSION", `metadata.schema_version must be "${SCHEMA_VERSION}"`);
  }
  return undefined;
}

/** Ids for tracing, in the one spelling that every store returns unchanged. */
function traceIds(
  metadata: IntentMetadata | undefined,
  eventBridgeId: string | undefined,
): Pick<ReceivedIntent, "trace_id" | "causation_id"> {
  const trace = metadata?.trace_id?.toWellFormed();
  const causation = (metadata?.event_id ?? usableId(eventBridgeId))?.toWellFormed();
  return {
    ...(trace === undefined ? {} : { trace_id: trace }),
    ...(causation === undefined ? {} : { causation_id: causation }),
  };
}

/** EventBridge's ids are UUIDs; one long enough to burst the record is somebody else's, and dropped. */
function usableId(eventBridgeId: string | undefined): string | undefined {
  const { success } = IntentMetadata.safeParse({ event_id: eventBridgeId });
  return success ? eventBridgeId : undefined;
}

function occurredAt(received: unknown): Pick<IntentMessage, "occurredAtMs"> {
  const instant = Instant.safeParse(received);
  return instant.success ? { occurredAtMs: instantMs(instant.data) } : {};
}

function sentence({ path, message }: InputIssue): string {
  return `${path}: ${message}`;
}

const DETAIL_LENGTH_MAX = 512;

function refused(errorCode: QuarantineCode, detail: string): Refused {
  const printable = detail.replace(/[^\x20-\x7e]/g, "?").slice(0, DETAIL_LENGTH_MAX);
  return { kind: "refused", errorCode, errorDetail: printable };
}
