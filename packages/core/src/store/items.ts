import * as z from "zod";
import { StoredActionTypeBudget, StoredBudget } from "../budget/budget.ts";
import { StoredCeiling } from "../budget/ceiling.ts";
import type { Counter } from "../budget/counter.ts";
import { isCounter } from "../budget/limits/limits.ts";
import type { BudgetState, OpenDay as Day } from "../budget/state.ts";
import { ActionTypeEntry } from "../catalogue/action-type.ts";
import { DateKey } from "../day.ts";
import { DecisionRecord } from "../decision/decision.ts";
import { type FoundKillSwitch, readKillSwitch } from "../kill-switch/kill-switch.ts";
import { StoredMode } from "../mode/mode.ts";
import type { PolicyFacts } from "../policy/facts.ts";
import { ActivePolicyV1 } from "../policy/policy.ts";
import { ABSENT, quoted, type Stored, storedAs } from "../stored.ts";
import type { Item, KeyedItem } from "../table/table.ts";
import { decisionKey, listPk, shardOf } from "./keys.ts";

/** Each stored item read back through its schema: what does not fit is unreadable, not absent. */

const Count = z.int().min(0);

export function modeFrom(item: Item | undefined): Stored<StoredMode> {
  return storedAs(StoredMode, item, () => quoted(item?.mode));
}

export function killSwitchFrom(item: Item | undefined): FoundKillSwitch | typeof ABSENT {
  return item === undefined ? ABSENT : readKillSwitch(item);
}

export function catalogueEntryFrom(item: Item | undefined): Stored<ActionTypeEntry> {
  return storedAs(ActionTypeEntry, item);
}

export function budgetFrom(item: Item | undefined): Stored<StoredBudget> {
  return storedAs(StoredBudget, item);
}

export function actionTypeBudgetFrom(item: Item | undefined): Stored<StoredActionTypeBudget> {
  return storedAs(StoredActionTypeBudget, item);
}

export function ceilingFrom(item: Item | undefined): Stored<StoredCeiling> {
  return storedAs(StoredCeiling, item);
}

export function activePolicyFrom(item: Item | undefined): Stored<ActivePolicyV1> {
  return storedAs(ActivePolicyV1, item, () => quoted(item?.policy_version));
}

export function budgetStateFrom(item: Item | undefined): Stored<BudgetState> {
  return storedAs(StoredBudgetState, item);
}

/**
 * The stored form of a decision: the record, its key, and where it is listed. What follows from the
 * rest of the item is left out, so that one that runs by itself or finds its budget spent fits in
 * one write unit (1 KB).
 */
export function recordItem(record: DecisionRecord): KeyedItem {
  const said = saidByRecord(record);
  return {
    ...decisionKey(record),
    list_pk: listPk(record.tenant_id, shardOf(record.account_id)),
    ...record,
    reasons: record.reasons.map((finding) => without(finding, said)),
    facts: record.facts === null ? null : without(storable(record.facts), USUAL_FACTS),
  };
}

/** The inverse of `recordItem`, also for items in which nothing was left out. */
export function recordFrom(item: Item | undefined): Stored<DecisionRecord> {
  if (item === undefined) return { status: "absent" };
  const { pk, sk, list_pk, ...record } = item;
  const shortened = Shortened.safeParse(record);
  if (!shortened.success) return storedAs(DecisionRecord, record);
  const { reasons, facts } = shortened.data;
  const said = saidByRecord(record);
  return storedAs(DecisionRecord, {
    ...record,
    reasons: reasons.map((finding) => ({ ...said, ...finding })),
    facts: facts === null ? null : { ...USUAL_FACTS, ...asDecided(facts) },
  });
}

const Attributes = z.record(z.string(), z.unknown());

const Shortened = z.object({ reasons: z.array(Attributes), facts: Attributes.nullable() });

/** What a finding says as its record does, under its own names: the one that decided says both. */
function saidByRecord({ policy_clause, explanation }: Item): Item {
  return { clause: policy_clause, explanation };
}

/** Facts of every decision unless the item says otherwise. */
const USUAL_FACTS: Item = { catalogue_source: "BUILT_IN" };

/** DynamoDB holds no positive number below it. */
const SMALLEST_NUMBER = 1e-130;

/** A confidence that DynamoDB cannot hold as a number is stored as its text. */
export function storable(facts: PolicyFacts): Item {
  const { confidence_score } = facts;
  if (confidence_score === null || confidence_score === 0) return facts;
  return confidence_score >= SMALLEST_NUMBER
    ? facts
    : { ...facts, confidence_score: String(confidence_score) };
}

/** The inverse of `storable`. */
export function asDecided(facts: Item): Item {
  const { confidence_score } = facts;
  return typeof confidence_score === "string"
    ? { ...facts, confidence_score: Number(confidence_score) }
    : facts;
}

function without(attributes: Item, known: Item): Item {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name, value]) => known[name] !== value),
  );
}

const FenceOnly = z.object({
  date_key: z.undefined().optional(),
  count: z.undefined().optional(),
  fence: Count.default(0),
});

const OpenDay = z
  .looseObject({
    date_key: DateKey,
    count: Count,
    previous_consumed_on: DateKey.optional(),
  })
  .transform((item, context): Day => {
    const counts = countsOf(item);
    if (counts === undefined) {
      context.addIssue("must count in whole numbers");
      return z.NEVER;
    }
    const { date_key: dateKey, previous_consumed_on: previousConsumedOn } = item;
    return { dateKey, counts, ...(previousConsumedOn === undefined ? {} : { previousConsumedOn }) };
  });

/** What an open day's item has beside the day. */
const BesideOpenDay = z.object({
  fence: Count.default(0),
  days_set_aside: z.array(OpenDay).optional(),
});

const StoredBudgetState = z.union([
  FenceOnly.transform(({ fence }): BudgetState => ({ fence })),
  z.looseObject({ date_key: z.unknown() }).transform((item, context): BudgetState => {
    const openDay = OpenDay.safeParse(item);
    const beside = BesideOpenDay.safeParse(item);
    if (!openDay.success || !beside.success) {
      context.addIssue("must be an open day");
      return z.NEVER;
    }
    const { fence, days_set_aside: setAside } = beside.data;
    return { fence, openDay: openDay.data, ...(setAside === undefined ? {} : { setAside }) };
  }),
]);

/**
 * The item's counters; `undefined` when one of them is no count. A counter of no limit is passed
 * over: nothing is held to it, and the day's own counter has it.
 */
function countsOf(item: Item): Map<Counter, number> | undefined {
  const counts = new Map<Counter, number>();
  for (const [name, value] of Object.entries(item)) {
    if (!isCounter(name)) continue;
    const count = Count.safeParse(value);
    if (!count.success) return undefined;
    counts.set(name, count.data);
  }
  return counts;
}
