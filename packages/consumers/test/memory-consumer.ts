import { createTurns, refusal } from "@autonomy-gate/core/commit";
import type { GateEvent } from "@autonomy-gate/core/gate";
import type { Delivery, QuarantinedMessage } from "@autonomy-gate/core/ports";
import { gateStore } from "@autonomy-gate/core/store";
import * as z from "zod";
import { type MemoryGate, openGate, type Tenant } from "../../core/test/memory-gate.ts";
import { virtualClock } from "../../core/test/virtual-clock.ts";
import { type Faults, watch, watchedTable } from "../../core/test/watched-table.ts";
import { type Consumer, consumeIntents } from "../src/intents/consume-intents.ts";
import type { PublishedDecision } from "../src/telemetry.ts";
import { aBody, aRecord, SOURCES } from "./fixtures.ts";

export const REMAINING_MS = 30_000;

const Detail = z.looseObject({
  metadata: z.looseObject({ event_id: z.string() }),
  data: z.looseObject({
    tenant_id: z.string(),
    action_intent_id: z.string(),
    decision: z.string(),
    reason: z.string(),
    explanation: z.string(),
  }),
});

/** Where outcomes and quarantined messages end: each test's own. */
function openSinks() {
  const accepted: GateEvent[] = [];
  const quarantined: QuarantinedMessage[] = [];
  let refusals: (string | undefined)[] = [];
  const take = <T>(sink: T[], values: readonly T[]): Delivery[] =>
    values.map((value) => {
      const errorCode = refusals.shift();
      if (errorCode !== undefined) return refusal(errorCode);
      sink.push(value);
      return { accepted: true };
    });
  return {
    accepted,
    publish: (outcomes: readonly GateEvent[]) => take(accepted, outcomes),
    put: (messages: readonly QuarantinedMessage[]) => {
      quarantined.push(...messages);
      return messages.map((): Delivery => ({ accepted: true }));
    },
    quarantined: () => quarantined.splice(0),
    /** Refuses the next outcomes that are published with these codes; `undefined` lets one pass. */
    refuse: (...codes: (string | undefined)[]) => {
      refusals = codes;
    },
  };
}

/** The consumer on tables in memory, with a bus and a quarantine that remember. */
export function openConsumers(clock = virtualClock()) {
  const gate = openGate(clock);
  const sinks = openSinks();
  return {
    ...gate,
    refuse: sinks.refuse,
    /** Every message put into quarantine since this was asked last. */
    quarantined: sinks.quarantined,
    /** Everything that the bus took about a tenant, in the order it arrived. */
    outcomes: ({ id }: Tenant) =>
      sinks.accepted
        .map(({ detailType, detail }) => ({ detailType, text: detail, detail: detailOf(detail) }))
        .filter(({ detail }) => detail.data.tenant_id === id),
    consumer: (faults: Faults = {}) => consumerOn(gate, sinks, faults),
  };
}

export type Consumers = ReturnType<typeof openConsumers>;

function consumerOn(gate: MemoryGate, sinks: ReturnType<typeof openSinks>, faults: Faults) {
  const { trips, watched } = watch(faults);
  const published: string[] = [];
  const told = {
    retries: [] as string[],
    decided: [] as PublishedDecision[],
    quarantined: [] as string[],
    failed: [] as unknown[],
    batches: [] as { messages: number; failures: number }[],
  };
  const consumer: Consumer = {
    store: gateStore(watchedTable(gate.table, watched)),
    bus: {
      publish: (outcomes) => {
        published.push(...outcomes.map(({ detail }) => detail));
        return watched("publish", outcomes, async () => sinks.publish(outcomes));
      },
    },
    quarantine: {
      put: (messages) => watched("quarantine", messages, async () => sinks.put(messages)),
    },
    clock: gate.clock,
    turns: createTurns(),
    telemetry: {
      retried: (operation, code) => told.retries.push(`${operation} ${code}`),
      decided: (decision) => told.decided.push(decision),
      quarantined: ({ record }) => told.quarantined.push(record.messageId),
      failed: (what) => told.failed.push(what),
      clockDiffers: () => {},
      batch: (counts) => told.batches.push(counts),
    },
    intentSources: SOURCES,
  };
  return {
    /** Names the messages that are to be redelivered. */
    handle: async (...records: ReturnType<typeof message>[]): Promise<string[]> => {
      const response = await consumeIntents(records, consumer, REMAINING_MS);
      return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    /** Every request, in the order they were sent. */
    trips,
    /** Every detail that was offered to the bus, accepted or not. */
    published,
    ...told,
  };
}

function detailOf(text: string): z.infer<typeof Detail> {
  return Detail.parse(JSON.parse(text));
}

let messages = 0;

/** A message with a body, or with an intent's data. */
export function message(content: string | Readonly<Record<string, unknown>>, receiveCount = 1) {
  const body = typeof content === "string" ? content : aBody({ data: content });
  return aRecord(`m-${messages++}`, body, String(receiveCount));
}
