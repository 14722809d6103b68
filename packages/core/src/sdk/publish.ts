import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import * as z from "zod";
import { entryBytes, PUT_EVENTS_BOUNDS } from "../adapters/eventbridge/put-events.ts";
import { isoInstant, systemClock } from "../adapters/node/clock.ts";
import { deadlineIn } from "../commit/backoff.ts";
import { DEFAULT_INTENT_SOURCES, INTENT_DETAIL_TYPE } from "../contract.ts";
import type { InputIssue } from "../intent/json-bounds.ts";
import type { Clock, RefusedDelivery } from "../ports.ts";
import {
  checkedEventText,
  type EventText,
  eventText,
  type FreshMetadata,
  type IntentToPublish,
  type UncheckedIntent,
} from "./event-text.ts";
import { putEntries } from "./put-entries.ts";

export type { IntentToPublish, UncheckedIntent };

const TIMEOUT_MS = 30_000;

export interface PublishOptions {
  /** Name or ARN of the bus the gate listens on. */
  readonly busName: string;
  /** EventBridge source; the gate must be set up to accept it. Default: `cc-native.decision`. */
  readonly source?: string;
  /** How long refused entries are sent again, milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** What became of each intent: every one is in exactly one of the two lists. */
export interface PublishReport {
  /** On the bus, in the order given. */
  readonly accepted: readonly AcceptedIntent[];
  /** Not accepted, in the order given. One that is `retryable` may have arrived all the same. */
  readonly rejected: readonly RejectedIntent[];
}

export interface AcceptedIntent {
  /** Place among the intents given, from 0. */
  readonly index: number;
  /** `metadata.event_id`: the outcome's `causation_id`. */
  readonly event_id: string;
}

export interface RejectedIntent {
  readonly index: number;
  /** The id it came with, if it had one. */
  readonly action_intent_id?: string;
  /** `INVALID`, `DEADLINE`, or EventBridge's own code. */
  readonly code: string;
  readonly message: string;
  /** Publishing it again may succeed, and is safe: the gate decides each intent once. */
  readonly retryable: boolean;
  /** For `INVALID`: everything wrong with it. */
  readonly issues: readonly InputIssue[];
}

/**
 * Publishes intents on the gate's bus: checks them, fills in `metadata` (time-sortable event ids),
 * sends them in requests as large as EventBridge allows and sends again what was refused, until the
 * timeout. Never throws for what is wrong with an intent or what the bus refuses.
 */
export function publishActionIntents(
  client: EventBridgeClient,
  intents: readonly IntentToPublish[],
  options: PublishOptions,
): Promise<PublishReport> {
  return publishTexts(client, intents, checkedEventText, options);
}

/**
 * The same for tools that forward what others wrote: nothing is checked, the gate judges what an
 * intent says. Only what has no JSON form, or is too large for EventBridge, is `INVALID`.
 */
export function forwardActionIntents(
  client: EventBridgeClient,
  intents: readonly UncheckedIntent[],
  options: PublishOptions,
): Promise<PublishReport> {
  return publishTexts(client, intents, eventText, options);
}

async function publishTexts<Intent>(
  client: EventBridgeClient,
  intents: readonly Intent[],
  textOf: (intent: Intent, now: FreshMetadata) => EventText,
  options: PublishOptions,
): Promise<PublishReport> {
  const { clock = systemClock(), timeoutMs = TIMEOUT_MS } = options;
  const deadline = deadlineIn(clock, timeoutMs);
  const prepared = intents.map((intent, index) => {
    const epochMs = clock.epochMs();
    const text = textOf(intent, { epochMs, occurredAt: isoInstant(epochMs) });
    return prepare(text, { index, ...idOf(intent) }, options);
  });
  const ready = prepared.filter((item) => item.ready);
  const entries = ready.map(({ entry }) => entry);
  const sent = await putEntries(client, entries, clock, deadline);
  const accepted: AcceptedIntent[] = [];
  const rejected = prepared.flatMap((item) => (item.ready ? [] : [item.rejected]));
  for (const { about, event_id, entry } of ready) {
    const refusal = sent.refused.get(entry);
    if (refusal === undefined) accepted.push({ index: about.index, event_id });
    else rejected.push({ ...about, ...rejection(refusal), issues: [] });
  }
  return { accepted, rejected: rejected.sort((a, b) => a.index - b.index) };
}

/** Which intent it is, for whoever reads the report. */
type About = Pick<RejectedIntent, "index" | "action_intent_id">;

type Prepared =
  | {
      readonly ready: true;
      readonly about: About;
      readonly event_id: string;
      readonly entry: PutEventsRequestEntry;
    }
  | { readonly ready: false; readonly rejected: RejectedIntent };

function prepare(
  text: EventText,
  about: About,
  { busName, source = DEFAULT_INTENT_SOURCES[0] }: PublishOptions,
): Prepared {
  if (!text.valid) return { ready: false, rejected: invalid(about, text.issues) };
  const entry = {
    EventBusName: busName,
    Source: source,
    DetailType: INTENT_DETAIL_TYPE,
    Detail: text.detail,
  };
  const bytes = entryBytes(entry);
  const { bytesMax } = PUT_EVENTS_BOUNDS;
  if (bytes > bytesMax) {
    const message = `must be at most ${bytesMax} bytes as an event, not ${bytes}`;
    return { ready: false, rejected: invalid(about, [{ path: "detail", message }]) };
  }
  return { ready: true, about, event_id: text.eventId, entry };
}

function invalid(about: About, issues: readonly InputIssue[]): RejectedIntent {
  const message = issues.map((issue) => `${issue.path}: ${issue.message}`).join("; ");
  return { ...about, code: "INVALID", message, retryable: false, issues };
}

function rejection({ errorCode, message, final }: RefusedDelivery) {
  return { code: errorCode, message, retryable: !final };
}

const Named = z.looseObject({ data: z.looseObject({ action_intent_id: z.string() }) });

function idOf(intent: unknown): Pick<RejectedIntent, "action_intent_id"> {
  const named = Named.safeParse(intent);
  return named.success ? { action_intent_id: named.data.data.action_intent_id } : {};
}
