import { randomUUID } from "node:crypto";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type * as z from "zod";
import { validationError } from "./aws-error.ts";
import { deliver, type QueuedMessage } from "./deliver.ts";
import { inputFor, messageGroupId } from "./input.ts";
import { isObject, type JsonObject, nestingDepth } from "./json.ts";
import { matches } from "./pattern.ts";
import type { PutEvents, PutEventsEntry } from "./requests.ts";
import { ACCOUNT, type RuleBook } from "./rules.ts";

/** PutEvents: judges each entry by itself, and answers when every queue has what it should get. */

export interface EntryError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

export interface PutEventsContext {
  readonly rules: RuleBook;
  readonly region: string;
  readonly sqs: SQSClient;
  readonly sqsEndpoint: string;
  /** Faults for tests: what it returns is the entry's answer, and the entry goes nowhere. */
  readonly rejectEntry: (entry: PutEventsEntry) => EntryError | undefined;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const REQUEST_BYTES_MAX = 256 * 1024;
const TIME_BYTES = 14;
const DETAIL_DEPTH_MAX = 1_000;

export async function putEvents(
  { Entries }: z.output<typeof PutEvents>,
  context: PutEventsContext,
) {
  const bytes = Entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  if (bytes > REQUEST_BYTES_MAX) {
    throw validationError("Total size of the entries in the request is over the limit.");
  }
  const judged = Entries.map((entry) => judge(entry, context));
  const messages = judged.flatMap((verdict, index) =>
    "event" in verdict ? messagesFor(verdict, index, context) : [],
  );
  const refusals = await deliver(context.sqs, context.sqsEndpoint, messages);
  const answers = judged.map((verdict, index) => answer(verdict, refusals.get(index)));
  return {
    FailedEntryCount: answers.filter((entry) => "ErrorCode" in entry).length,
    Entries: answers,
  };
}

function entryBytes(entry: PutEventsEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  return texts.reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ""),
    entry.Time === undefined ? 0 : TIME_BYTES,
  );
}

interface Accepted {
  readonly event: Envelope;
  readonly text: string;
  readonly busName: string;
}

function judge(entry: PutEventsEntry, context: PutEventsContext): Accepted | EntryError {
  const missing = (["Source", "DetailType", "Detail"] as const).find((name) => !entry[name]);
  if (missing !== undefined) {
    return invalid(`Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`);
  }
  const detail = parseDetail(entry.Detail ?? "");
  if (detail === undefined) {
    return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  }
  if (entry.Source?.startsWith("aws.")) {
    return {
      ErrorCode: "NotAuthorizedForSourceException",
      ErrorMessage: "Not authorized for the source.",
    };
  }
  if (!context.rules.hasBus(entry.EventBusName)) {
    return invalid(`Event bus ${entry.EventBusName} does not exist.`);
  }
  return context.rejectEntry(entry) ?? accept(entry, detail, context.region);
}

function accept(entry: PutEventsEntry, detail: JsonObject, region: string): Accepted {
  const event = envelope(entry, detail, region);
  const { detail: _, ...head } = event;
  // The detail travels as it was written: parsing and writing would round large numbers.
  const text = `${JSON.stringify(head).slice(0, -1)},"detail":${entry.Detail}}`;
  return { event, text, busName: entry.EventBusName };
}

function invalid(ErrorMessage: string): EntryError {
  return { ErrorCode: "InvalidArgument", ErrorMessage };
}

function parseDetail(text: string): JsonObject | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return isObject(detail) && nestingDepth(text) <= DETAIL_DEPTH_MAX ? detail : undefined;
  } catch {
    return undefined;
  }
}

type Envelope = ReturnType<typeof envelope>;

/** https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
function envelope(entry: PutEventsEntry, detail: JsonObject, region: string) {
  const time = entry.Time === undefined ? new Date() : new Date(entry.Time * 1_000);
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": entry.DetailType,
    source: entry.Source,
    account: ACCOUNT,
    time: time.toISOString().replace(/\.\d{3}Z$/, "Z"),
    region,
    resources: entry.Resources ?? [],
    detail,
  };
}

function messagesFor(
  { event, text, busName }: Accepted,
  entry: number,
  { rules }: PutEventsContext,
): QueuedMessage[] {
  const ingestedAt = new Date().toISOString();
  return [...rules.rulesOf(busName).values()]
    .filter((rule) => rule.state === "ENABLED" && matches(rule.pattern, event))
    .flatMap((rule) => {
      const delivery = { event, text, ruleName: rule.name, ruleArn: rule.arn, ingestedAt };
      return [...rule.targets.values()].map((target) => ({
        queueArn: target.Arn,
        body: inputFor(target, delivery),
        groupId: messageGroupId(target, delivery),
        entry,
      }));
    });
}

function answer(verdict: Accepted | EntryError, refusal: string | undefined) {
  if ("ErrorCode" in verdict) {
    return verdict;
  }
  return refusal === undefined
    ? { EventId: verdict.event.id }
    : { ErrorCode: "InternalFailure", ErrorMessage: `A target did not accept it: ${refusal}` };
}
