import type { ReceivedIntent } from "@autonomy-gate/core/gate";
import { intentKey } from "@autonomy-gate/core/ids";
import type { SQSRecord } from "aws-lambda";
import type { RefusedMessage } from "../event.ts";
import { type IntentMessage, readMessage } from "./envelope.ts";

/** One intent of a batch, with every message that carries it. */
export interface Intake {
  /** The payload that is decided; the others have to agree with what is recorded. */
  readonly received: ReceivedIntent;
  readonly messages: readonly (IntentMessage & { readonly record: SQSRecord })[];
  /** Whether an earlier delivery may have decided it. */
  readonly mayBeRecorded: boolean;
}

/** A message whose reading failed for a reason nobody foresaw: it comes again, its mates do not. */
interface UnreadMessage {
  readonly record: SQSRecord;
  readonly error: unknown;
}

/** A batch sorted: each intent once, whatever number of messages carry it. */
export interface SortedBatch {
  readonly intents: readonly Intake[];
  readonly refused: readonly RefusedMessage[];
  readonly unread: readonly UnreadMessage[];
}

export function sortBatch(records: readonly SQSRecord[], sources: readonly string[]): SortedBatch {
  const refused: RefusedMessage[] = [];
  const unread: UnreadMessage[] = [];
  const byIntent = new Map<string, Intake["messages"]>();
  for (const record of records) {
    const message = readRecord(record, sources);
    if ("error" in message) unread.push(message);
    else if (message.kind === "refused") refused.push(message);
    else {
      const key = intentKey(message.received);
      byIntent.set(key, [...(byIntent.get(key) ?? []), message]);
    }
  }
  const intents = [...byIntent.values()].flatMap((messages): Intake[] => {
    const [first] = messages;
    if (first === undefined) return [];
    return [{ received: first.received, messages, mayBeRecorded: messages.some(isRedelivered) }];
  });
  return { intents, refused, unread };
}

function readRecord(
  record: SQSRecord,
  sources: readonly string[],
): Intake["messages"][number] | RefusedMessage | UnreadMessage {
  try {
    return { ...readMessage(record.body, sources), record };
  } catch (error) {
    return { record, error };
  }
}

function isRedelivered({ record }: { readonly record: SQSRecord }): boolean {
  return record.attributes.ApproximateReceiveCount !== "1";
}
