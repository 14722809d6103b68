import { failedMessageIds } from "@autonomy-gate/local/event-source/batch-response";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import type { Network } from "./network.ts";
import type { Queue } from "./ports/queue.ts";
import type { SimProcess } from "./process.ts";

/** Consumes a batch as the handler of a queue does. */
type BatchConsumer = (records: readonly SQSRecord[]) => Promise<SQSBatchResponse>;

export interface HostSettings {
  readonly network: Network;
  readonly queue: Queue;
  /** A process of this host; a new one each time the one before has died. */
  readonly start: (onDeath: () => void) => SimProcess;
  readonly consumerFor: (process: SimProcess) => BatchConsumer;
  readonly batchSize: number;
  readonly timeoutMs: number;
  /** Batches in work side by side in one process. */
  readonly slots: number;
  /** Told before a batch is handed over, and before messages are deleted. */
  readonly onBatch: (process: SimProcess, records: readonly SQSRecord[]) => void;
  readonly onDelete: (records: readonly SQSRecord[]) => void;
  readonly onFailure: (error: unknown) => void;
}

/** A machine that runs one consumer process after another, each on several batches at a time. */
export interface ConsumerHost {
  /** Takes a batch if there is one and room for it. Says whether it did. */
  poll(): boolean;
  /** Batches in work. */
  busy(): number;
}

const RESTART_MS_MAX = 3_000;

export function createConsumerHost(settings: HostSettings): ConsumerHost {
  const { network } = settings;
  const { scheduler, random } = network;
  let running = start();

  function start(): Incarnation {
    const process = settings.start(() => {
      scheduler.after(random.between(1, RESTART_MS_MAX), () => {
        running = start();
        poll();
      });
    });
    return incarnation(settings, process);
  }

  function poll(): boolean {
    const mine = running;
    if (!mine.process.isAlive() || mine.batches.size >= settings.slots) return false;
    const records = settings.queue.receive(settings.batchSize);
    if (records.length === 0) return false;
    mine.batches.add(records);
    settings.onBatch(mine.process, records);
    scheduler.after(settings.timeoutMs, () => timeOut(mine, records));
    scheduler.woke();
    mine.consume(records).then(
      (response) => finish(settings, mine, records, response, () => end(mine, records)),
      (error: unknown) => {
        settings.onFailure(error);
        mine.batches.delete(records);
      },
    );
    return true;
  }

  /** On Lambda the sandbox goes; in a process of our own the late answer is dropped. */
  function timeOut(mine: Incarnation, records: readonly SQSRecord[]): void {
    if (!mine.process.isAlive() || !mine.batches.has(records)) return;
    network.faults.happened("F20");
    mine.batches.delete(records);
    if (random.chance(0.5)) mine.process.die();
    poll();
  }

  function end(mine: Incarnation, records: readonly SQSRecord[]): void {
    mine.batches.delete(records);
    scheduler.after(0, poll);
  }

  return { poll, busy: () => running.batches.size };
}

/** One process of a host, with the batches it has in work. */
interface Incarnation {
  readonly process: SimProcess;
  readonly batches: Set<readonly SQSRecord[]>;
  readonly consume: BatchConsumer;
}

function incarnation(settings: HostSettings, process: SimProcess): Incarnation {
  return { process, batches: new Set(), consume: settings.consumerFor(process) };
}

/** Deletes what the answer does not name as failed, as Lambda's event source does. */
function finish(
  { network, queue, onDelete }: HostSettings,
  { process, batches }: Incarnation,
  records: readonly SQSRecord[],
  response: SQSBatchResponse,
  end: () => void,
): void {
  if (!batches.has(records)) return;
  const done = doneOf(network, records, response);
  if (done.length === 0) {
    end();
    return;
  }
  const about = () => done.map(({ messageId }) => messageId).join(" ");
  network
    .call<void>(process, "DeleteMessageBatch", about, (arrival) => {
      onDelete(done);
      queue.delete(done.map(({ messageId }) => messageId));
      arrival.respond({ value: undefined });
    })
    .then(end, end);
}

function doneOf(
  { faults, random }: Network,
  records: readonly SQSRecord[],
  response: SQSBatchResponse,
): SQSRecord[] {
  const garbled = faults.strikes("F35");
  const itemIdentifier = random.pick(["", "no-such-message"]);
  const answer = garbled ? { batchItemFailures: [{ itemIdentifier }] } : response;
  try {
    const failed = failedMessageIds(answer, new Set(records.map(({ messageId }) => messageId)));
    return records.filter(({ messageId }) => !failed.has(messageId));
  } catch {
    // The batch as a whole has failed: every message of it comes back.
    return [];
  }
}
