import {
  type CommitContext,
  type CommitResult,
  commitInWaves,
  type Deadline,
  deadlineIn,
  type SendingTerms,
  sendUntilAccepted,
  type Turns,
} from "@autonomy-gate/core/commit";
import { type Outcome, outcomeOf, type ReceivedIntent } from "@autonomy-gate/core/gate";
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
 * committed records. What the store does not let through for the time being is published in later
 * waves. Names the messages that have to come again: a message is done only after its outcome, or
 * its place in quarantine, was accepted.
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
  const done = new Set<SQSRecord>();
  const { store, turns } = consumer;
  const context: CommitContext = { store, clock, turns, deadline: commitBy, signals: telemetry };
  let { refused } = batch;
  for await (const followUps of decideInWaves(batch.intents, context)) {
    await send({ followUps, refused }, consumer, answerBy, done);
    refused = [];
  }
  if (refused.length > 0) await send({ followUps: [], refused }, consumer, answerBy, done);

  const again = records.filter((record) => !done.has(record));
  for (const { record, error } of batch.unread) {
    telemetry.failed({ messageId: record.messageId }, error);
  }
  telemetry.batch({ messages: records.length, failures: again.length });
  return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** Commits all intents; in each wave, what is left to do for the messages of those decided. */
async function* decideInWaves(
  intakes: readonly Intake[],
  context: CommitContext,
): AsyncGenerator<readonly FollowUp[], void, void> {
  const byIntent = new Map(intakes.map((intake) => [intake.received, intake]));
  const mayBeRecorded = (intent: ReceivedIntent) => byIntent.get(intent)?.mayBeRecorded ?? true;
  for await (const wave of commitInWaves([...byIntent.keys()], mayBeRecorded, context)) {
    yield wave.map(([received, result]) => followUpOf(received, byIntent.get(received), result));
  }
}

/** What a wave has to send. */
interface Wave {
  readonly followUps: readonly FollowUp[];
  readonly refused: readonly RefusedMessage[];
}

/** Publishes and puts in quarantine; adds the messages that need nothing more to `done`. */
async function send(
  wave: Wave,
  consumer: Consumer,
  deadline: Deadline,
  done: Set<SQSRecord>,
): Promise<void> {
  const { clock, telemetry } = consumer;
  const outcomes = wave.followUps.flatMap(({ publication }) => publication ?? []);
  const refused = [...wave.refused, ...wave.followUps.flatMap((followUp) => followUp.refused)];
  const sending = (operation: string): SendingTerms => ({
    clock,
    deadline,
    onRefused: ({ errorCode }) => telemetry.retried(operation, errorCode),
  });
  const [published, quarantined] = await Promise.all([
    sendUntilAccepted(outcomes, (some) => publish(some, consumer), sending("publish")),
    sendUntilAccepted(refused, (some) => putAside(some, consumer), sending("quarantine")),
  ]);
  for (const publication of published.accepted) {
    for (const record of publication.records) done.add(record);
    telemetry.decided(publication.decision);
  }
  for (const message of quarantined.accepted) {
    done.add(message.record);
    telemetry.quarantined(message);
  }
  for (const { failure } of wave.followUps) {
    if (failure !== undefined) telemetry.failed(failure.received, failure.error);
  }
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
function followUpOf(
  received: ReceivedIntent,
  intake: Intake | undefined,
  result: CommitResult,
): FollowUp {
  try {
    if (result.status === "failed")
      return { refused: [], failure: { received, error: result.error } };
    return sortMessages(intake?.messages ?? [], result);
  } catch (error) {
    return { refused: [], failure: { received, error } };
  }
}

/** What a result means for each message that carries the intent: its own payload has to agree. */
function sortMessages(
  messages: Intake["messages"],
  result: Exclude<CommitResult, { readonly status: "failed" }>,
): FollowUp {
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
