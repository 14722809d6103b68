import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { type EventsInput, startEvents } from "../src/events/server.ts";
import { account, type LocalQueues } from "./local-queues.ts";

/** The ARN of a queue on this machine. */
export function arn(queue: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${queue}`;
}

/** A valid entry unless told otherwise. */
export function anEntry(more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry {
  return { Source: "s", DetailType: "t", Detail: '{"n":1}', ...more };
}

/** An EventBridge of its own for one test, in front of that test's queues. */
export async function startLocalBus(queues: LocalQueues, more: Partial<EventsInput> = {}) {
  const local = await startEvents({ sqs: { ...account, endpoint: queues.endpoint }, ...more });
  // One attempt a call: a test sees each answer as it is given.
  const client = new EventBridgeClient({
    ...account,
    endpoint: local.endpoint,
    maxAttempts: 1,
  });
  queues.onClose(local.close);
  queues.onClose(() => client.destroy());
  return {
    client,
    endpoint: local.endpoint,
    close: local.close,
    /** A rule with one target: queue `q`, unless told otherwise. */
    route: async (
      pattern: object,
      target: Partial<Target> = {},
      { Rule = "rule", ...bus }: { Rule?: string; EventBusName?: string } = {},
    ) => {
      const EventPattern = JSON.stringify(pattern);
      await client.send(new PutRuleCommand({ Name: Rule, ...bus, EventPattern }));
      const Targets = [{ Id: "t", Arn: arn("q"), ...target }];
      await client.send(new PutTargetsCommand({ Rule, ...bus, Targets }));
    },
    put: async (...Entries: PutEventsRequestEntry[]) =>
      client.send(new PutEventsCommand({ Entries })),
  };
}

export type LocalBus = Awaited<ReturnType<typeof startLocalBus>>;
