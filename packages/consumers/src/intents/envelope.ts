import { receivedIntent } from "@autonomy-gate/core/adapters";
import { INTENT_DETAIL_TYPE } from "@autonomy-gate/core/contract";
import { Instant, instantMs } from "@autonomy-gate/core/day";
import type { ReceivedIntent } from "@autonomy-gate/core/gate";
import { IntentIds, IntentMetadata, issuesOf, type JsonFlaw } from "@autonomy-gate/core/intent";
import { issueOf, type Refused, readEnvelope, unexpectedEvent, unusableIds } from "../event.ts";

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

/**
 * Reads the EventBridge event in an SQS body. The rule lets only our events pass; they are checked
 * again, since anyone who may send to the queue could have written them. Never throws.
 */
export function readMessage(body: string, sources: readonly string[]): Message {
  const event = readEnvelope(body);
  if (event.kind === "refused") return event;
  const { envelope, flaws } = event;
  const unexpected = unexpectedEvent(envelope, { sources, detailType: INTENT_DETAIL_TYPE });
  if (unexpected !== undefined) return unexpected;
  const { metadata, data } = envelope.detail;
  const ids = IntentIds.safeParse(data);
  const unusable = [
    ...(ids.success ? [] : issuesOf(ids.error, "data")),
    ...flaws.filter(isAboutIds).map(issueOf),
  ];
  if (!ids.success || unusable.length > 0) {
    return unusableIds(unusable);
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

function isAboutIds({ path: [, part, name = "", ...deeper] }: JsonFlaw): boolean {
  return part === "data" && deeper.length === 0 && Object.hasOwn(IntentIds.shape, name);
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
