import type { Attributes } from "@autonomy-gate/core/memory";
import { concerning } from "@autonomy-gate/core/testing/reference";
import type { SQSRecord } from "aws-lambda";
import { writeUnits } from "../dynamo/capacity.ts";
import type { Operation } from "../faults.ts";
import { type Evidence, intentText, pkOf, storedItem, Violation } from "./evidence.ts";

const KEYS_PER_READ = 100;
const EVENTS_PER_REQUEST = 10;
/** The state of a budget, and the row of a closed day: each less than 1 KB, twice the price. */
const BUDGET_UNITS = 2;

type Cost = Readonly<
  Record<"BatchGetItem" | "TransactWriteItems" | "PutItem" | "PutEvents" | "units", number>
>;

/** What was used so far, by the services' own count. */
export interface Meter {
  readonly calls: ReadonlyMap<Operation, number>;
  readonly units: () => number;
}

/**
 * 15: without faults a batch costs what a closed formula of its intents and their outcomes says:
 * a read for every 100 keys, a transaction for each account that something automatic was granted,
 * a put for each other decision, a request for every 10 events. For runs of one process that takes
 * one batch at a time, each intent once.
 */
export function createCostCheck(evidence: Evidence, meter: Meter) {
  let before = used(meter);
  let openDays = new Map<string, number>();
  return {
    onBatch: () => {
      before = used(meter);
      openDays = new Map([...evidence.days].map(([pk, days]) => [pk, days.size]));
    },
    invariant15: (records: readonly SQSRecord[]) => {
      const expected = costOf(evidence, records, openDays);
      const now = used(meter);
      for (const [name, cost] of Object.entries(expected)) {
        const actual = (now.get(name) ?? 0) - (before.get(name) ?? 0);
        if (actual !== cost) {
          throw new Violation(
            15,
            `${actual} ${name} where ${cost} follow, ${records.length} messages`,
          );
        }
      }
    },
  };
}

function used({ calls, units }: Meter): Map<string, number> {
  return new Map<string, number>([...calls, ["units", units()]]);
}

function costOf(
  evidence: Evidence,
  records: readonly SQSRecord[],
  openDays: ReadonlyMap<string, number>,
): Cost {
  const decisions = records.flatMap(({ body }): Attributes[] => {
    const content = evidence.byBody.get(body)?.content;
    const record = content && evidence.decisions.get(intentText(content));
    return record === undefined ? [] : [record];
  });
  const automatic = decisions.filter(({ decision }) => decision === "AUTO_EXECUTE");
  const others = decisions.filter((record) => !automatic.includes(record));
  const spenders = new Set(automatic.map((record) => pkOf("ACCOUNT", record)));
  const closed = [...spenders].filter((pk) => {
    const opened = openDays.get(pk) ?? 0;
    return opened > 0 && (evidence.days.get(pk)?.size ?? 0) > opened;
  });
  return {
    BatchGetItem: Math.ceil(keysOf(decisions).size / KEYS_PER_READ),
    TransactWriteItems: spenders.size,
    PutItem: others.length,
    PutEvents: Math.ceil(decisions.length / EVENTS_PER_REQUEST),
    units:
      BUDGET_UNITS * (spenders.size + closed.length) +
      sum(automatic, (record) => writeUnits(storedItem(evidence, record), true)) +
      sum(others, (record) => writeUnits(storedItem(evidence, record), false)),
  };
}

function keysOf(decisions: readonly Attributes[]): Set<string> {
  return new Set(
    decisions.flatMap((record) => [
      `${pkOf("ACCOUNT", record)} BUDGET_STATE`,
      `${pkOf("TENANT", record)} BUDGET_STATE`,
      ...concerning(String(record.action_type)).map(
        ([scope, sk]) => `${pkOf(scope, record)} ${sk}`,
      ),
    ]),
  );
}

function sum(records: readonly Attributes[], cost: (record: Attributes) => number): number {
  return records.reduce((total, record) => total + cost(record), 0);
}
