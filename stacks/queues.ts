import { MESSAGE_BYTES_MAX } from "@autonomy-gate/core/topology";

/** What the topology says of a queue. */
interface QueueTopology {
  readonly visibilityTimeoutSeconds: number;
  readonly messageRetentionSeconds: number;
}

/** A queue with its dead letters. */
export interface QueuePair {
  readonly queue: sst.aws.Queue;
  readonly deadLetters: sst.aws.Queue;
}

/** A queue that nothing reads but people: dead letters, quarantine. */
export function parkingQueue(name: string, topology: QueueTopology): sst.aws.Queue {
  return new sst.aws.Queue(name, { transform: { queue: attributes(topology) } });
}

/** A queue whose messages move to dead letters after a number of receives. */
export function queueWithDeadLetters(
  name: string,
  topology: QueueTopology & { readonly maxReceiveCount: number },
  deadLetterTopology: QueueTopology,
): QueuePair {
  const deadLetters = parkingQueue(`${name}Dlq`, deadLetterTopology);
  const queue = new sst.aws.Queue(name, {
    dlq: { queue: deadLetters.arn, retry: topology.maxReceiveCount },
    transform: { queue: attributes(topology) },
  });
  return { queue, deadLetters };
}

/** Left out, the first three would be 30 seconds, 4 days and 256 KiB. */
function attributes({ visibilityTimeoutSeconds, messageRetentionSeconds }: QueueTopology) {
  return {
    visibilityTimeoutSeconds,
    messageRetentionSeconds,
    maxMessageSize: MESSAGE_BYTES_MAX,
    sqsManagedSseEnabled: true,
  };
}
