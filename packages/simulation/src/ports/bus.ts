import { chunkBySize } from "@autonomy-gate/core/adapters";
import type { GateEvent } from "@autonomy-gate/core/gate";
import type {
  Delivery,
  OutcomeBus,
  Quarantine,
  QuarantinedMessage,
} from "@autonomy-gate/core/ports";
import { type Network, ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";

/** What the sinks tell the invariants. */
export interface SinkObserver {
  /** An event leaves a process. */
  onSent(process: SimProcess, outcome: GateEvent): void;
  /** An event is on the bus, whatever its sender hears. */
  onAccepted(outcome: GateEvent): void;
  /** A message is in quarantine. */
  onQuarantined(message: QuarantinedMessage): void;
}

/** EventBridge and the quarantine queue, entry by entry. */
export interface Sinks {
  putEvents(process: SimProcess, outcomes: readonly GateEvent[]): Promise<readonly Delivery[]>;
  sendMessages(
    process: SimProcess,
    messages: readonly QuarantinedMessage[],
  ): Promise<readonly Delivery[]>;
}

const ENTRIES_MAX = 10;
const EVENT_BYTES_MAX = 256 * 1024;
const MESSAGE_BYTES_MAX = 1024 * 1024;

export function createSinks(network: Network, observer: SinkObserver): Sinks {
  const { random } = network;

  function deliver<T>(
    process: SimProcess,
    operation: "PutEvents" | "SendMessageBatch",
    entries: readonly T[],
    bytesOf: (entry: T) => number,
    accept: (entry: T) => void,
  ): Promise<readonly Delivery[]> {
    return network.call(
      process,
      operation,
      () => `${entries.length}`,
      (arrival) => {
        const bytesMax = operation === "PutEvents" ? EVENT_BYTES_MAX : MESSAGE_BYTES_MAX;
        const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
        if (entries.length > ENTRIES_MAX || bytes > bytesMax) {
          return arrival.respond({ fault: new ServiceFault("ValidationException") });
        }
        const { fault, code } = arrival.disturbance;
        const refuses = fault === "F15" && code === undefined;
        const deliveries = entries.map((entry): Delivery => {
          if (refuses && random.chance(0.5)) return refused("InternalFailure");
          accept(entry);
          return { accepted: true };
        });
        arrival.respond({ value: deliveries });
      },
    );
  }

  return {
    putEvents: (process, outcomes) => {
      for (const outcome of outcomes) observer.onSent(process, outcome);
      return deliver(process, "PutEvents", outcomes, eventBytes, observer.onAccepted);
    },
    sendMessages: (process, messages) =>
      deliver(process, "SendMessageBatch", messages, messageBytes, observer.onQuarantined),
  };
}

export function simulatedBus(sinks: Sinks, process: SimProcess): OutcomeBus {
  return {
    publish: (outcomes) =>
      inChunks(outcomes, eventBytes, EVENT_BYTES_MAX, (chunk) => sinks.putEvents(process, chunk)),
  };
}

export function simulatedQuarantine(sinks: Sinks, process: SimProcess): Quarantine {
  return {
    put: (messages) =>
      inChunks(messages, messageBytes, MESSAGE_BYTES_MAX, (chunk) =>
        sinks.sendMessages(process, chunk),
      ),
  };
}

async function inChunks<T>(
  values: readonly T[],
  bytesOf: (value: T) => number,
  bytesMax: number,
  send: (chunk: readonly T[]) => Promise<readonly Delivery[]>,
): Promise<Delivery[]> {
  const chunks = chunkBySize(values, bytesOf, { countMax: ENTRIES_MAX, bytesMax });
  const deliveries = await Promise.all(
    chunks.map((chunk) =>
      send(chunk).catch((error: unknown): Delivery[] => {
        const errorCode = error instanceof ServiceFault ? error.code : "UnknownError";
        return chunk.map(() => refused(errorCode));
      }),
    ),
  );
  return deliveries.flat();
}

function refused(errorCode: string): Delivery {
  return { accepted: false, errorCode, message: "simulated", final: false };
}

function eventBytes({ detailType, detail }: GateEvent): number {
  return Buffer.byteLength(detail) + detailType.length + "autonomy.gate".length;
}

function messageBytes({ body, errorDetail }: QuarantinedMessage): number {
  return Buffer.byteLength(body) + errorDetail.length + 64;
}
