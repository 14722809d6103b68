import {
  type ApprovalContext,
  deadlineIn,
  openApproval,
  sendUntilAccepted,
  withdraw,
} from "@autonomy-gate/core/commit";
import type { Clock, OutcomeBus, Quarantine } from "@autonomy-gate/core/ports";
import type { ApprovalStore } from "@autonomy-gate/core/store";
import { TransientError } from "@autonomy-gate/core/values";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { type Refused, type RefusedMessage, refused } from "../event.ts";
import type { Telemetry } from "../telemetry.ts";
import { type ApprovalMessage, readApprovalMessage } from "./message.ts";

/** Everything the approvals consumer works with. */
export interface ApprovalsConsumer {
  readonly store: ApprovalStore;
  readonly bus: OutcomeBus;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly telemetry: Pick<
    Telemetry,
    "retried" | "clockDiffers" | "quarantined" | "failed" | "batch"
  >;
  /** EventBridge sources that may withdraw intents. */
  readonly intentSources: readonly string[];
}

/** Kept back from the time given, for the quarantine and for answering. */
const QUARANTINE_RESERVE_MS = 4_000;
const ANSWER_RESERVE_MS = 1_000;

/**
 * Opens and withdraws approvals. Names the messages that have to come again: a message is done only
 * after its approval is stored, its withdrawal is recorded, or its place in quarantine was accepted.
 */
export async function consumeApprovals(
  records: readonly SQSRecord[],
  consumer: ApprovalsConsumer,
  remainingMs: number,
): Promise<SQSBatchResponse> {
  const { clock, telemetry, store, bus } = consumer;
  const answerBy = deadlineIn(clock, remainingMs - ANSWER_RESERVE_MS);
  const deadline = deadlineIn(clock, remainingMs - QUARANTINE_RESERVE_MS);
  const context: ApprovalContext = { store, bus, clock, deadline, signals: telemetry };

  const results = await Promise.all(
    records.map((record) => consumeSafely(record, consumer, context)),
  );
  const done = new Set(
    results.flatMap(({ record, result }) => (result === "done" ? [record] : [])),
  );
  const unusable = results.flatMap(({ record, result }) =>
    typeof result === "object" ? [{ ...result, record }] : [],
  );
  const quarantined = await sendUntilAccepted(unusable, (some) => putAside(some, consumer), {
    clock,
    deadline: answerBy,
    onRefused: ({ errorCode }) => telemetry.retried("quarantine", errorCode),
  });
  for (const message of quarantined.accepted) {
    done.add(message.record);
    telemetry.quarantined(message);
  }
  const again = records.filter((record) => !done.has(record));
  telemetry.batch({ messages: records.length, failures: again.length });
  return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

interface Consumed {
  readonly record: SQSRecord;
  readonly result: "done" | "failed" | Refused;
}

/** Whatever goes wrong with one message is that message's alone. */
async function consumeSafely(
  record: SQSRecord,
  { intentSources, telemetry }: ApprovalsConsumer,
  context: ApprovalContext,
): Promise<Consumed> {
  try {
    const message = readApprovalMessage(record.body, intentSources);
    return { record, result: await consume(message, context) };
  } catch (error) {
    telemetry.failed({ messageId: record.messageId }, error);
    return { record, result: "failed" };
  }
}

async function consume(
  message: ApprovalMessage,
  context: ApprovalContext,
): Promise<"done" | Refused> {
  switch (message.kind) {
    case "refused":
      return message;
    case "opening": {
      const reply = await openApproval(message.request, context);
      return reply.status === "forged" ? refused("UNEXPECTED_EVENT", reply.problem) : "done";
    }
    case "withdrawal": {
      const reply = await withdraw(message.ref, message, context);
      if (reply.status === "absent" && reply.opening) {
        throw new TransientError("UNAVAILABLE", "The approval to withdraw is not opened yet.");
      }
      return "done";
    }
    default:
      return message satisfies never;
  }
}

async function putAside(messages: readonly RefusedMessage[], { quarantine }: ApprovalsConsumer) {
  return quarantine.put(
    messages.map(({ record, errorCode, errorDetail }) => ({
      body: record.body,
      errorCode,
      errorDetail,
    })),
  );
}
