import { type Deadline, deadlineIn } from "@autonomy-gate/core/commit/backoff";
import { commitAccount } from "@autonomy-gate/core/commit/commit-account";
import type { CommitContext } from "@autonomy-gate/core/commit/context";
import { type FactsRead, readFacts } from "@autonomy-gate/core/commit/read-facts";
import type { CommitResult } from "@autonomy-gate/core/commit/result";
import type { Turns } from "@autonomy-gate/core/commit/turns";
import {
  type SendingTerms,
  sendUntilAccepted,
} from "@autonomy-gate/core/delivery/send-until-accepted";
import type { ReceivedIntent } from "@autonomy-gate/core/gate/received";
import { accountKey, intentKey } from "@autonomy-gate/core/ids";
import { type Outcome, outcomeOf } from "@autonomy-gate/core/outcome/outcome";
import type { Clock, GateStore, OutcomeBus, Quarantine } from "@autonomy-gate/core/ports";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import type { RefusedMessage } from "../event.ts";
import type { Telemetry } from "../telemetry.ts";
import { type Intake, sortBatch } from "./intake.ts";

/** Everything the consumer works with. */
export interface Consumer {
  readonly store: GateStore;
  readonly bus: OutcomeBus;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly telemetry: Telemetry;
  /** EventBridge sources whose intents are accepted. */
  readonly intentSources: readonly string[];
}

/** Kept back from the time given, for publishing what was committed and for answering. */
const PUBLISH_RESERVE_MS = 6_000;
const ANSWER_RESERVE_MS = 1_000;

/**
 * Takes a batch of messages through the gate: read the facts, decide and commit, publish from the
 * committed records. Names the messages that have to come again: a message is done only after its
 * outcome, or its place in quarantine, was accepted.
 */
export async function consumeIntents(
  records: readonly SQSRecord[],
  consumer: Consumer,
  remainingMs: number,
): Promise<SQSBatchResponse> {
  const { clock, telemetry } = consumer;
  const answerBy = deadlineIn(clock, remainingMs - ANSWER_RESERVE_MS);
  const commitBy = deadlineIn(clock, remainingMs - PUBLISH_RESERVE_MS);

  const batch = sortBatch(records, consumer.intentSources);
  const results = await commitIntents(batch.intents, consumer, commitBy);
  const followUps = batch.intents.map((intake) => followUpOf(intake, results));

  const outcomes = followUps.flatMap(({ publication }) => publication ?? []);
  const refused = [...batch.refused, ...followUps.flatMap((followUp) => followUp.refused)];
  const sending = (operation: string): SendingTerms => ({
    clock,
    deadline: answerBy,
    onRefused: ({ errorCode }) => telemetry.retried(operation, errorCode),
  });
  const [published, quarantined] = await Promise.all([
    sendUntilAccepted(outcomes, (some) => publish(some, consumer), sending("publish")),
    sendUntilAccepted(refused, (some) => putAside(some, consumer), sending("quarantine")),
  ]);

  const done = new Set<SQSRecord>();
  for (const publication of published.accepted) {
    for (const record of publication.records) done.add(record);
    telemetry.decided(publication.decision);
  }
  for (const message of quarantined.accepted) {
    done.add(message.record);
    telemetry.quarantined(message);
  }
  const again = records.filter((record) => !done.has(record));
  for (const { record, error } of batch.unread) {
    telemetry.failed({ messageId: record.messageId }, error);
  }
  for (const { failure } of followUps) {
    if (failure !== undefined) telemetry.failed(failure.received, failure.error);
  }
  telemetry.batch({ messages: records.length, failures: again.length });
  return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** Reads the facts of all intents at once, then commits account by account, side by side. */
async function commitIntents(
  intents: readonly Intake[],
  { store, clock, turns, telemetry }: Consumer,
  deadline: Deadline,
): Promise<ReadonlyMap<string, CommitResult>> {
  const context: CommitContext = { store, clock, deadline, turns, signals: telemetry };
  const received = intents.map((intake) => intake.received);
  const redelivered = new Set(
    intents.filter(({ mayBeRecorded }) => mayBeRecorded).map((intake) => intake.received),
  );
  if (received.length === 0) return new Map();
  let read: FactsRead;
  try {
    read = await readFacts(received, (intent) => redelivered.has(intent), context);
  } catch (error) {
    return new Map(received.map((intent) => [intentKey(intent), { status: "failed", error }]));
  }
  const accounts = Object.values(Object.groupBy(received, accountKey));
  const results = await Promise.all(
    accounts.map((account = []) => commitAccount(account, read, context)),
  );
  return new Map(results.flat().map(([intent, result]) => [intentKey(intent), result]));
}

/** An outcome on its way, with the messages that are done once it was accepted. */
interface Publication {
  readonly outcome: Outcome;
  readonly records: readonly SQSRecord[];
  readonly decision: Parameters<Telemetry["decided"]>[0];
}

/** What is left to do for the messages of one intent. */
interface FollowUp {
  readonly publication?: Publication;
  readonly refused: readonly RefusedMessage[];
  readonly failure?: { readonly received: ReceivedIntent; readonly error: unknown };
}

/** Whatever goes wrong with one intent is that intent's alone. */
function followUpOf(intake: Intake, results: ReadonlyMap<string, CommitResult>): FollowUp {
  try {
    return sortMessages(intake, results);
  } catch (error) {
    return { refused: [], failure: { received: intake.received, error } };
  }
}

/** What a result means for each message that carries the intent: its own payload has to agree. */
function sortMessages(
  { received, messages }: Intake,
  results: ReadonlyMap<string, CommitResult>,
): FollowUp {
  const result = results.get(intentKey(received));
  if (result === undefined || result.status === "failed") {
    const error = result?.error ?? new TypeError("The intent has no result.");
    return { refused: [], failure: { received, error } };
  }
  const { record } = result;
  const agreeing = messages.filter((m) => m.received.fingerprint === record.fingerprint);
  const refused = messages
    .filter((message) => !agreeing.includes(message))
    .map((message): RefusedMessage => ({ ...CONFLICT, record: message.record }));
  const [first] = agreeing;
  if (first === undefined) return { refused };
  const { occurredAtMs } = first;
  const publication: Publication = {
    outcome: outcomeOf(record, first.canonical),
    records: agreeing.map((message) => message.record),
    decision: { record, adopted: result.adopted, occurredAtMs },
  };
  return { publication, refused };
}

const CONFLICT = {
  kind: "refused",
  errorCode: "INTENT_CONFLICT",
  errorDetail: "data differs from that of the intent already decided under this action_intent_id",
} as const;

async function publish(publications: readonly Publication[], { bus }: Consumer) {
  return bus.publish(publications.map(({ outcome }) => outcome));
}

async function putAside(messages: readonly RefusedMessage[], { quarantine }: Consumer) {
  return quarantine.put(
    messages.map(({ record, errorCode, errorDetail }) => ({
      body: record.body,
      errorCode,
      errorDetail,
    })),
  );
}
