import { v7 as uuidV7 } from "uuid";
import * as z from "zod";
import { SCHEMA_VERSION } from "../contract.ts";
import { ActionIntentCreated } from "../intent/event.ts";
import { FLAW_MESSAGES, parseExactJson } from "../intent/exact-json.ts";
import {
  DATA_BYTES_MAX,
  findJsonIssue,
  type InputIssue,
  utf8Bytes,
} from "../intent/json-bounds.ts";

/** An intent to publish. What `metadata` leaves out is filled in. */
export interface IntentToPublish {
  readonly data: z.input<typeof ActionIntentCreated>["data"];
  readonly metadata?: z.input<typeof ActionIntentCreated>["metadata"];
}

/** What someone else wrote, to be forwarded. */
export interface UncheckedIntent {
  readonly data: unknown;
  readonly metadata?: unknown;
}

/** An event ready to be sent, or what keeps the gate from deciding on it. */
export type EventText =
  | { readonly valid: true; readonly detail: string; readonly eventId: string }
  | { readonly valid: false; readonly issues: readonly InputIssue[] };

const Named = z.looseObject({ event_id: z.string() });
const Fields = z.looseObject({});

/** Writes the detail of an intent's event: ids fresh, the rest as given. Judges nothing. */
export function eventText(intent: UncheckedIntent, now: FreshMetadata): EventText {
  const { data, metadata = {} } = intent;
  const given = Fields.safeParse(metadata);
  // Metadata that is no object is the gate's to judge, as it is.
  const filled = given.success ? withFresh(given.data, now) : metadata;
  const named = Named.safeParse(filled);
  const eventId = named.success ? named.data.event_id : "";
  try {
    return { valid: true, detail: JSON.stringify({ metadata: filled, data }), eventId };
  } catch {
    return { valid: false, issues: [{ path: "detail", message: "must be JSON" }] };
  }
}

/** Writes it only when the gate will be able to decide on the intent and read it as it was meant. */
export function checkedEventText(intent: IntentToPublish, now: FreshMetadata): EventText {
  const unsendable =
    findUnsendable(intent.data, "data") ?? findUnsendable(intent.metadata, "metadata");
  if (unsendable !== undefined) return { valid: false, issues: [unsendable] };
  const text = eventText(intent, now);
  if (!text.valid) return text;
  const issues = issuesOf(text.detail);
  return issues.length === 0 ? text : { valid: false, issues };
}

/** What each event gets anew. */
export interface FreshMetadata {
  readonly epochMs: number;
  /** The same as an ISO instant. */
  readonly occurredAt: string;
}

function withFresh(given: Record<string, unknown>, { epochMs, occurredAt }: FreshMetadata) {
  return {
    ...given,
    event_id: given.event_id ?? uuidV7({ msecs: epochMs }),
    schema_version: given.schema_version ?? SCHEMA_VERSION,
    occurred_at: given.occurred_at ?? occurredAt,
  };
}

function issuesOf(detail: string): InputIssue[] {
  const { value, flaws } = parseExactJson(detail);
  if (flaws.length > 0) {
    return flaws.map(({ path, kind }) => ({ path: path.join("."), message: FLAW_MESSAGES[kind] }));
  }
  const parsed = ActionIntentCreated.safeParse(value);
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  }
  const bytes = utf8Bytes(JSON.stringify(parsed.data.data));
  if (bytes <= DATA_BYTES_MAX) return [];
  return [{ path: "data", message: `must be at most ${DATA_BYTES_MAX} bytes, not ${bytes}` }];
}

/** The first thing that JSON would not carry as it is, or the gate would find too deep. */
function findUnsendable(value: unknown, path: string): InputIssue | undefined {
  if (value === undefined) return undefined;
  return findJsonIssue(value, path) ?? findForeign(value, path);
}

/** A value of no JSON type. Recursion is safe: the depth has been checked. */
function findForeign(value: unknown, path: string): InputIssue | undefined {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return undefined;
  if (!isPlain(value)) return { path, message: "must be JSON" };
  for (const [key, child] of Object.entries(value)) {
    // A property that is undefined is left out, as everywhere in JavaScript.
    if (child === undefined && !Array.isArray(value)) continue;
    const issue = findForeign(child, `${path}.${key}`);
    if (issue !== undefined) return issue;
  }
  return undefined;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
