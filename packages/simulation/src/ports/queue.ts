import type { SQSRecord } from "aws-lambda";
import type { Network } from "../network.ts";

/** A message in the intents queue, wherever it is in its life. */
interface QueuedMessage {
  readonly messageId: string;
  readonly body: string;
  receiveCount: number;
  visibleAtMs: number;
}

export interface QueueSettings {
  readonly visibilityMs: number;
  readonly maxReceiveCount: number;
  /** Told when there may be something to receive. */
  readonly onVisible: () => void;
}

/** SQS: at least once, in no order, hidden while in work, dead after too many receives. */
export interface Queue {
  send(body: string): string;
  receive(countMax: number): SQSRecord[];
  delete(messageIds: readonly string[]): void;
  /** Moves the dead letters back. Says how many there were. */
  redrive(): number;
  /** Messages not yet done with, dead letters left out. */
  size(): number;
  deadCount(): number;
}

export function createQueue(network: Network, settings: QueueSettings): Queue {
  const { scheduler, random, faults, trace } = network;
  const live = new Map<string, QueuedMessage>();
  const dead = new Map<string, QueuedMessage>();
  let sent = 0;

  function hideUntil(message: QueuedMessage, timeMs: number): void {
    message.visibleAtMs = timeMs;
    scheduler.at(timeMs, settings.onVisible);
  }

  function take(message: QueuedMessage): SQSRecord[] {
    if (message.receiveCount >= settings.maxReceiveCount) {
      faults.happened("F25");
      trace.say(() => `queue ${message.messageId} is a dead letter`);
      live.delete(message.messageId);
      dead.set(message.messageId, message);
      return [];
    }
    message.receiveCount += 1;
    const again = faults.strikes("F21");
    const early = faults.strikes("F24");
    const hiddenMs = early ? random.between(20, 2_000) : settings.visibilityMs;
    hideUntil(message, again ? scheduler.nowMs() : scheduler.nowMs() + hiddenMs);
    const record = recordOf(message);
    return faults.strikes("F22") ? [record, recordOf(message)] : [record];
  }

  return {
    send: (body) => {
      const messageId = `m${sent++}`;
      const message = { messageId, body, receiveCount: 0, visibleAtMs: 0 };
      live.set(messageId, message);
      hideUntil(message, scheduler.nowMs());
      return messageId;
    },
    receive: (countMax) => {
      const nowMs = scheduler.nowMs();
      const visible = [...live.values()].filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
      const order = faults.strikes("F23") ? random.shuffled(visible) : visible;
      const batch: SQSRecord[] = [];
      for (const message of order) {
        if (batch.length >= countMax) break;
        batch.push(...take(message));
      }
      return batch.slice(0, countMax);
    },
    delete: (messageIds) => {
      for (const id of messageIds) live.delete(id);
    },
    redrive: () => {
      const count = dead.size;
      for (const message of dead.values()) {
        faults.happened("F26");
        message.receiveCount = 0;
        live.set(message.messageId, message);
        hideUntil(message, scheduler.nowMs());
      }
      dead.clear();
      return count;
    },
    size: () => live.size,
    deadCount: () => dead.size,
  };
}

function recordOf({ messageId, body, receiveCount }: QueuedMessage): SQSRecord {
  return {
    messageId,
    receiptHandle: `${messageId}-${receiveCount}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: "0",
      SenderId: "simulation",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:intents",
    awsRegion: "us-east-1",
  };
}
