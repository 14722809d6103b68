import * as z from "zod";
import type { SqsStore } from "./fauxqs.ts";
import { type MoveTask, type MoveTasks, sourcesOf } from "./move-tasks.ts";
import { SqsError } from "./sqs-error.ts";

/** The operations that fauxqs has not: a request's body in, the answer's body out. */

const PER_SECOND_MAX = 500;
const LISTED_MAX = 10;
const PAGE_MAX = 1_000;

const Start = z.strictObject({
  SourceArn: z.string(),
  DestinationArn: z.string().optional(),
  MaxNumberOfMessagesPerSecond: z.int().min(1).max(PER_SECOND_MAX).optional(),
});

const List = z.strictObject({
  SourceArn: z.string(),
  MaxResults: z.int().min(1).max(LISTED_MAX).default(1),
});

const Cancel = z.strictObject({ TaskHandle: z.string() });

const Sources = z.strictObject({
  QueueUrl: z.string(),
  MaxResults: z.int().min(1).max(PAGE_MAX).default(PAGE_MAX),
  NextToken: z.string().optional(),
});

export type AddedOperation = (body: unknown) => object;

export function addedOperations(
  store: SqsStore,
  tasks: MoveTasks,
): ReadonlyMap<string, AddedOperation> {
  return new Map<string, AddedOperation>([
    served("StartMessageMoveTask", Start, (request) => ({ TaskHandle: tasks.start(request) })),
    served("ListMessageMoveTasks", List, ({ SourceArn, MaxResults }) => ({
      Results: tasks.of(SourceArn).slice(0, MaxResults).map(listed),
    })),
    served("CancelMessageMoveTask", Cancel, ({ TaskHandle }) => ({
      ApproximateNumberOfMessagesMoved: tasks.cancel(TaskHandle),
    })),
    served("ListDeadLetterSourceQueues", Sources, (request) => sources(store, request)),
  ]);
}

function served<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  serve: (request: z.output<Schema>) => object,
): readonly [string, AddedOperation] {
  return [
    name,
    (body) => {
      const request = schema.safeParse(body);
      if (request.success) return serve(request.data);
      const found = request.error.issues.map(
        ({ path, message }) => `${path.join(".")}: ${message}`,
      );
      throw new SqsError("InvalidParameterValue", found.join("; "));
    },
  ];
}

function listed(task: MoveTask): object {
  const { handle, status, source, destinationArn, perSecondMax } = task;
  return {
    ...(status === "RUNNING" && { TaskHandle: handle }),
    Status: status,
    SourceArn: source.arn,
    ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
    ...(perSecondMax !== undefined && { MaxNumberOfMessagesPerSecond: perSecondMax }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    StartedTimestamp: task.startedAtMs,
  };
}

function sources(
  store: SqsStore,
  { QueueUrl, MaxResults, NextToken = "" }: z.output<typeof Sources>,
): object {
  const queue = store.getQueue(QueueUrl);
  if (queue === undefined) {
    throw new SqsError("QueueDoesNotExist", "The specified queue does not exist.");
  }
  const urls = sourcesOf(store, queue)
    .map(({ url }) => url)
    .sort()
    .filter((url) => url > NextToken);
  const page = urls.slice(0, MaxResults);
  return { queueUrls: page, ...(page.length < urls.length && { NextToken: page.at(-1) }) };
}
