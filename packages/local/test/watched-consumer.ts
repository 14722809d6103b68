import type { ConsumerConfig } from "@autonomy-gate/consumers/intents/config";
import { type Consumer, consumeIntents } from "@autonomy-gate/consumers/intents/consume-intents";
import type { IntentsHandler } from "@autonomy-gate/consumers/intents/create-handler";
import { createDynamoClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { dynamoTable } from "@autonomy-gate/core/adapters/dynamodb/dynamo-table";
import { eventBridgeOutcomeBus } from "@autonomy-gate/core/adapters/eventbridge/outcome-bus";
import { sqsQuarantine } from "@autonomy-gate/core/adapters/sqs/quarantine";
import { createTurns } from "@autonomy-gate/core/commit/turns";
import type { Clock } from "@autonomy-gate/core/ports";
import { gateStore } from "@autonomy-gate/core/store/gate-store";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { noonClock, offsetOf } from "./gate-clocks.ts";

/** One command that went to a stand-in, by when it was sent and when it was answered. */
export interface Trip {
  readonly command: string;
  readonly sentAt: number;
  answeredAt: number;
}

/** What befalls a command: throws before it is sent, or after it was carried out. */
export interface Faults {
  /** Called before each command with how often such a one was sent. */
  before?(command: string, time: number): Promise<void> | void;
  after?(command: string, time: number): Promise<void> | void;
}

/** The consumer on clients that note what goes over them, and fail where they are told to. */
export function watchedConsumer(
  config: ConsumerConfig,
  { clock = noonClock(), faults = {} }: { clock?: Clock; faults?: Faults },
) {
  const trips: Trip[] = [];
  const published: string[] = [];
  const inputs: { readonly command: string; readonly input: unknown }[] = [];
  const retries: string[] = [];
  const failures: unknown[] = [];
  let ticks = 0;
  const times = new Map<string, number>();
  const clients = {
    db: createDynamoClient({ maxAttempts: 1 }),
    bus: new EventBridgeClient({ maxAttempts: 1 }),
    sqs: new SQSClient({ maxAttempts: 1 }),
  };
  const watch = async <T>(name: string, next: () => Promise<T>): Promise<T> => {
    const command = name.replace(/Command$/, "");
    const time = (times.get(command) ?? 0) + 1;
    times.set(command, time);
    const trip = { command, sentAt: ticks++, answeredAt: -1 };
    trips.push(trip);
    await faults.before?.(command, time);
    const output = await next();
    await faults.after?.(command, time);
    trip.answeredAt = ticks++;
    return output;
  };
  const step = { step: "finalizeRequest", name: "watch" } as const;
  clients.db.middlewareStack.add(
    (next, context) => async (args) => watch(String(context.commandName), () => next(args)),
    step,
  );
  clients.db.middlewareStack.add(
    (next, context) => async (args) => {
      const command = String(context.commandName).replace(/Command$/, "");
      inputs.push({ command, input: args.input });
      return next(args);
    },
    { step: "initialize", name: "note" },
  );
  clients.bus.middlewareStack.add(
    (next, context) => async (args) => watch(String(context.commandName), () => next(args)),
    step,
  );
  clients.bus.middlewareStack.add(
    (next) => async (args) => {
      const { Entries } = z
        .object({ Entries: z.array(z.object({ Detail: z.string() })) })
        .parse(args.input);
      published.push(...Entries.map(({ Detail }) => Detail));
      return next(args);
    },
    { step: "initialize", name: "note" },
  );
  clients.sqs.middlewareStack.add(
    (next, context) => async (args) => watch(String(context.commandName), () => next(args)),
    step,
  );
  const consumer: Consumer = {
    store: gateStore(dynamoTable(clients.db, config.tables, offsetOf(clock))),
    bus: eventBridgeOutcomeBus(clients.bus, config.busName),
    quarantine: sqsQuarantine(clients.sqs, config.quarantineUrl),
    clock,
    turns: createTurns(),
    telemetry: {
      retried: (operation, code) => retries.push(`${operation} ${code}`),
      clockDiffers: () => {},
      decided: () => {},
      quarantined: () => {},
      failed: (_, error) => failures.push(error),
      batch: () => {},
    },
    intentSources: config.intentSources,
  };
  const handle: IntentsHandler = (event, context) =>
    consumeIntents(event.Records, consumer, context.getRemainingTimeInMillis());
  return {
    handle,
    store: consumer.store,
    /** Every command, in the order they were sent. */
    trips,
    /** What was asked of the database. */
    inputs,
    /** Every detail that was offered to the bus, accepted or not. */
    published,
    retries,
    failures,
  };
}
