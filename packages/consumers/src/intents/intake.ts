import type { ReceivedIntent } from "@autonomy-gate/core/gate/received";
import { intentKey } from "@autonomy-gate/core/ids";
import type { SQSRecord } from "aws-lambda";
import { type IntentMessage, type Refused, readMessage } from "./envelope.ts";

/** One intent of a batch, with every message that carries it. */
export interface Intake {
  /** The payload that is decided; the others have to agree with what is recorded. */
  readonly received: ReceivedIntent;
  readonly messages: readonly (IntentMessage & { readonly record: SQSRecord })[];
  /** Whether an earlier delivery may have decided it. */
  readonly mayBeRecorded: boolean;
}

/** A message for quarantine. */
export type RefusedMessage = Refused & { readonly record: SQSRecord };

/** A batch sorted: each intent once, whatever number of messages carry it. */
export interface SortedBatch {
  readonly intents: readonly Intake[];
  readonly refused: readonly RefusedMessage[];
}

export function sortBatch(records: readonly SQSRecord[], sources: readonly string[]): SortedBatch {
  const refused: RefusedMessage[] = [];
  const byIntent = new Map<string, (IntentMessage & { record: SQSRecord })[]>();
  for (const record of records) {
    const message = readMessage(record.body, sources);
    if (message.kind === "refused") {
      refused.push({ ...message, record });
      continue;
    }
    const key = intentKey(message.received);
    const messages = byIntent.get(key);
    if (messages === undefined) byIntent.set(key, [{ ...message, record }]);
    else messages.push({ ...message, record });
  }
  const intents = [...byIntent.values()].flatMap((messages): Intake[] => {
    const [first] = messages;
    if (first === undefined) return [];
    return [{ received: first.received, messages, mayBeRecorded: messages.some(isRedelivered) }];
  });
  return { intents, refused };
}

function isRedelivered({ record }: { readonly record: SQSRecord }): boolean {
  return record.attributes.ApproximateReceiveCount !== "1";
}
