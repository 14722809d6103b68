import { consumerConfigFrom } from "@autonomy-gate/consumers/intents/config";
import { createHandler } from "@autonomy-gate/consumers/intents/create-handler";
import { systemClock } from "@autonomy-gate/core/adapters";
import { BATCH, CONSUMER_TIMEOUT_SECONDS } from "@autonomy-gate/core/topology";
import { awsEnvironment, connect, consumerEnvironment } from "./clients.ts";
import { createEventSource, type EventSource } from "./event-source.ts";
import type { StackFile } from "./stack-file.ts";

/**
 * Runs the deployed consumer on a stack's intents queue, with the deployed batch settings. It finds
 * the stack as it would find AWS: through this process's environment, which is set here.
 */
export function startConsumer(
  stack: StackFile,
  { clockOffsetSeconds }: { readonly clockOffsetSeconds: number },
  onFault: (fault: unknown) => void,
): EventSource {
  const clockOffsetMs = clockOffsetSeconds * 1_000;
  Object.assign(process.env, awsEnvironment(stack));
  const clients = connect(stack);
  const source = createEventSource(
    {
      client: clients.sqs,
      queueUrl: stack.sqs.queues.intents,
      region: stack.region,
      handler: createHandler(
        consumerConfigFrom(consumerEnvironment(stack)),
        systemClock(clockOffsetMs),
        clockOffsetMs,
      ),
      onFault,
    },
    {
      batchSize: BATCH.standard.size,
      windowSeconds: BATCH.standard.windowSeconds,
      timeoutMs: CONSUMER_TIMEOUT_SECONDS * 1_000,
      functionName: "autonomy-gate-consumer",
    },
  );
  source.start();
  return {
    start: source.start,
    stop: async () => {
      await source.stop();
      clients.destroy();
    },
  };
}
