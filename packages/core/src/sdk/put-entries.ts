import {
  type EventBridgeClient,
  EventBridgeServiceException,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { chunkBySize } from "../adapters/chunks.ts";
import { entryBytes, PUT_EVENTS_BOUNDS } from "../adapters/eventbridge/put-events.ts";
import { createBackoff, type Deadline } from "../commit/backoff.ts";
import type { Clock } from "../ports.ts";

/** Requests that are under way at the same time. */
const REQUESTS_SIDE_BY_SIDE = 4;

/** What the bus said of one entry. */
export type PutResult =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      /** EventBridge's code, the name of the error, or DEADLINE. */
      readonly code: string;
      readonly message: string;
      /** False: sending the same entry again has the same answer. */
      readonly retryable: boolean;
    };

const NOT_TRIED: PutResult = {
  accepted: false,
  code: "DEADLINE",
  message: "There was no time left to send it.",
  retryable: true,
};

/** Codes of single entries that no retry can change. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  "InvalidArgument",
  "MalformedDetail",
  "NotAuthorizedForSourceException",
  "NotAuthorizedForDetailTypeException",
]);

/** Client errors that pass. */
const PASSING_ERRORS: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "TooManyRequestsException",
  "ConcurrentModificationException",
]);

/** Puts entries on their bus, those refused again until the deadline. Results in order. */
export async function putEntries(
  client: EventBridgeClient,
  entries: readonly PutEventsRequestEntry[],
  clock: Clock,
  deadline: Deadline,
): Promise<readonly PutResult[]> {
  const results = new Map<PutEventsRequestEntry, PutResult>();
  const backoff = createBackoff(clock, deadline);
  let pending = entries;
  while (pending.length > 0) {
    await putRound(client, pending, results, deadline);
    pending = pending.filter((entry) => mayPass(results.get(entry) ?? NOT_TRIED));
    if (pending.length === 0 || !(await backoff.waitIfTime())) break;
  }
  return entries.map((entry) => results.get(entry) ?? NOT_TRIED);
}

async function putRound(
  client: EventBridgeClient,
  entries: readonly PutEventsRequestEntry[],
  results: Map<PutEventsRequestEntry, PutResult>,
  deadline: Deadline,
): Promise<void> {
  const requests = chunkBySize(entries, entryBytes, PUT_EVENTS_BOUNDS);
  for (let sent = 0; sent < requests.length; sent += REQUESTS_SIDE_BY_SIDE) {
    if (deadline.remainingMs() <= 0) return;
    const some = requests.slice(sent, sent + REQUESTS_SIDE_BY_SIDE);
    await Promise.all(some.map((request) => putRequest(client, request, results)));
  }
}

/** A reply of 200 may still have refused entries: each says so for itself. */
async function putRequest(
  client: EventBridgeClient,
  entries: PutEventsRequestEntry[],
  results: Map<PutEventsRequestEntry, PutResult>,
): Promise<void> {
  try {
    const reply = await client.send(new PutEventsCommand({ Entries: entries }));
    for (const [index, entry] of entries.entries()) {
      const answer = reply.Entries?.[index];
      const code = answer?.ErrorCode ?? "NoResult";
      results.set(
        entry,
        answer?.EventId !== undefined
          ? { accepted: true }
          : refusal(code, answer?.ErrorMessage, !FINAL_CODES.has(code)),
      );
    }
  } catch (error) {
    const refused = refusalOf(error);
    for (const entry of entries) results.set(entry, refused);
  }
}

function refusalOf(error: unknown): PutResult {
  if (!(error instanceof Error)) return refusal("UnknownError", String(error), true);
  const final =
    error instanceof EventBridgeServiceException &&
    error.$fault === "client" &&
    !PASSING_ERRORS.has(error.name);
  return refusal(error.name, error.message, !final);
}

function refusal(code: string, message: string | undefined, retryable: boolean): PutResult {
  return { accepted: false, code, message: message ?? "The bus gave no reason.", retryable };
}

function mayPass(result: PutResult): boolean {
  return !result.accepted && result.retryable;
}
