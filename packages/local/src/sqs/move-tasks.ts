import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { type SqsQueue, type SqsStore, sentAgain, takeOldest } from "./fauxqs.ts";
import { SqsError } from "./sqs-error.ts";

/**
 * Moves dead letters as SQS does: in the background, one task a queue, what is receivable only.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */

export interface MoveTask {
  readonly handle: string;
  readonly source: SqsQueue;
  readonly destination: SqsQueue;
  /** The `DestinationArn` of the request; absent: the queue whose dead letters they are. */
  readonly destinationArn: string | undefined;
  readonly perSecondMax: number | undefined;
  readonly startedAtMs: number;
  readonly toMove: number;
  readonly moved: number;
  readonly status: "RUNNING" | "COMPLETED" | "CANCELLED";
}

export interface MoveRequest {
  readonly SourceArn: string;
  readonly DestinationArn?: string | undefined;
  readonly MaxNumberOfMessagesPerSecond?: number | undefined;
}

/** What SQS lists of a queue at most. */
const TASKS_KEPT = 10;
/** Messages moved in one turn of the event loop. */
const CHUNK = 100;

export class MoveTasks {
  readonly #store: SqsStore;
  readonly #stop = new AbortController();
  readonly #bySource = new Map<string, MoveTask[]>();

  constructor(store: SqsStore) {
    this.#store = store;
  }

  /** The newest first. */
  of(sourceArn: string): readonly MoveTask[] {
    deadLetterQueue(this.#store, sourceArn);
    return this.#bySource.get(sourceArn) ?? [];
  }

  /** @returns the task's handle */
  start({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }: MoveRequest): string {
    const source = deadLetterQueue(this.#store, SourceArn);
    const tasks = this.#bySource.get(SourceArn) ?? [];
    if (tasks[0]?.status === "RUNNING") {
      throw new SqsError(
        "UnsupportedOperation",
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
      );
    }
    source.processTimers();
    const task: MoveTask = {
      handle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: SourceArn })).toString(
        "base64",
      ),
      source,
      destination: this.#destination(source, DestinationArn),
      destinationArn: DestinationArn,
      perSecondMax: MaxNumberOfMessagesPerSecond,
      startedAtMs: Date.now(),
      toMove: source.messages.length,
      moved: 0,
      status: "RUNNING",
    };
    this.#bySource.set(SourceArn, [task, ...tasks].slice(0, TASKS_KEPT));
    this.#run(task).catch(() => this.#change(task.handle, { status: "CANCELLED" }));
    return task.handle;
  }

  /** @returns how many messages the task had moved */
  cancel(handle: string): number {
    const task = this.#find(handle);
    if (task?.status !== "RUNNING") {
      throw new SqsError("ResourceNotFoundException", "There is no running task of this handle.");
    }
    this.#change(handle, { status: "CANCELLED" });
    return task.moved;
  }

  close(): void {
    this.#stop.abort();
  }

  #destination(source: SqsQueue, arn: string | undefined): SqsQueue {
    if (arn !== undefined) {
      const named = this.#store.getQueueByArn(arn);
      if (named === undefined) throw noQueue("destination");
      return named;
    }
    const [only, ...others] = sourcesOf(this.#store, source);
    if (only === undefined || others.length > 0) {
      throw new SqsError(
        "InvalidParameterValue",
        "This stand-in needs a DestinationArn here: it does not know from which of several queues a dead letter came.",
      );
    }
    return only;
  }

  async #run({ handle, source, destination, perSecondMax, toMove }: MoveTask): Promise<void> {
    let moved = 0;
    while (moved < toMove && this.#find(handle)?.status === "RUNNING") {
      const wanted = Math.min(perSecondMax ?? CHUNK, toMove - moved);
      const done = moveSome(source, destination, wanted);
      moved += done;
      this.#change(handle, { moved });
      if (done < wanted) break;
      if (perSecondMax === undefined) await nextTurn();
      else if (moved < toMove) await pause(1_000, undefined, { signal: this.#stop.signal });
    }
    if (this.#find(handle)?.status === "RUNNING") this.#change(handle, { status: "COMPLETED" });
  }

  #find(handle: string): MoveTask | undefined {
    return [...this.#bySource.values()].flat().find((task) => task.handle === handle);
  }

  #change(handle: string, change: Partial<Pick<MoveTask, "moved" | "status">>): void {
    for (const [arn, tasks] of this.#bySource) {
      this.#bySource.set(
        arn,
        tasks.map((task) => (task.handle === handle ? { ...task, ...change } : task)),
      );
    }
  }
}

/** @returns how many were moved: fewer than wanted when there were no more */
function moveSome(source: SqsQueue, destination: SqsQueue, wanted: number): number {
  for (let moved = 0; moved < wanted; moved += 1) {
    const message = source.messages.at(0);
    if (message === undefined) return moved;
    // Sent before it is taken: a crash between the two leaves it in both, never in neither.
    destination.enqueue(sentAgain(message));
    takeOldest(source);
  }
  return wanted;
}

/** The queues whose dead letters go to a queue. */
export function sourcesOf(store: SqsStore, { arn }: SqsQueue): readonly SqsQueue[] {
  return [...store.allQueues()].filter((queue) => deadLetterArnOf(queue) === arn);
}

function deadLetterArnOf({ attributes }: SqsQueue): unknown {
  try {
    const policy: unknown = JSON.parse(attributes.RedrivePolicy ?? "null");
    return typeof policy === "object" && policy !== null && "deadLetterTargetArn" in policy
      ? policy.deadLetterTargetArn
      : undefined;
  } catch {
    return undefined;
  }
}

function deadLetterQueue(store: SqsStore, arn: string): SqsQueue {
  const queue = store.getQueueByArn(arn);
  if (queue === undefined) throw noQueue("source");
  if (sourcesOf(store, queue).length > 0) return queue;
  throw new SqsError(
    "InvalidParameterValue",
    "Source queue must be configured as a Dead Letter Queue.",
  );
}

function noQueue(which: "source" | "destination"): SqsError {
  return new SqsError(
    "ResourceNotFoundException",
    `The resource that you specified for the ${which === "source" ? "SourceArn" : "DestinationArn"} parameter doesn't exist.`,
  );
}
