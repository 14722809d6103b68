import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import type { SqsHandler } from "../src/event-source/invoke.ts";
import type { EventSourceSettings } from "../src/event-source.ts";
import { createEventSource, type EventSource } from "../src/event-source.ts";
import { account, type LocalQueues } from "./local-queues.ts";

interface Run extends EventSourceSettings {
  readonly queue?: string;
  readonly onFault?: (fault: unknown) => void;
}

/** Runs a function on a test's queue (`work` unless told otherwise) and notes each batch it gets. */
export function handledBatches(queues: LocalQueues) {
  const batches: SQSRecord[][] = [];
  let arrived = Promise.withResolvers<void>();
  return {
    batches,
    bodies: () => batches.map((batch) => batch.map(({ body }) => body)),
    /** Waits until the function has been called so many times. */
    until: async (count: number) => {
      while (batches.length < count) {
        await arrived.promise;
      }
    },
    run: (
      handler: (event: SQSEvent, context: Context) => ReturnType<SqsHandler> = async () => {},
      { queue = "work", onFault = () => {}, ...settings }: Run = {},
    ): EventSource => {
      const noted: SqsHandler = (event, context) => {
        batches.push(event.Records);
        arrived.resolve();
        arrived = Promise.withResolvers();
        return handler(event, context);
      };
      const source = createEventSource(
        {
          client: queues.client,
          queueUrl: queues.url(queue),
          region: account.region,
          handler: noted,
          onFault,
        },
        settings,
      );
      queues.onClose(() => source.stop());
      source.start();
      return source;
    },
  };
}

export type HandledBatches = ReturnType<typeof handledBatches>;
