import { type DecisionRecord, outcomeOf, recompute } from "@autonomy-gate/core/gate";
import canonicalize from "canonicalize";
import * as z from "zod";
import { tableNames } from "../../src/clients.ts";
import type { ChaosRun } from "./chaos.ts";
import { allBodies, allDecisions, allItems } from "./tables.ts";
import { HOT, LIMITS, type PublishedIntent } from "./workload.ts";

/** What a run left behind, counted; and everything that should not be so. */
export interface Verdict {
  readonly decisions: number;
  readonly automatic: number;
  readonly events: number;
  readonly days: number;
  readonly violations: readonly string[];
}

/**
 * Recomputes the invariants of docs/reliability.md from the tables and the outcomes queue alone:
 * one decision and at least one event for each intent, every event its record's to the byte, every
 * count its recorded decisions', every limit kept, every decision again from its stored facts, and
 * nothing automatic while stopped.
 */
export async function verify(run: ChaosRun): Promise<Verdict> {
  const { clients, stack, published } = run;
  const [decisions, states, bodies, quarantined] = await Promise.all([
    allDecisions(clients.documents, stack),
    allItems(clients.documents, tableNames(stack).budgetState),
    allBodies(clients.sqs, stack.sqs.queues.outcomes),
    allBodies(clients.sqs, stack.sqs.queues.quarantine),
  ]);
  const automatic = decisions.filter(({ decision }) => decision === "AUTO_EXECUTE");
  const days = states.map((item) => DayState.parse(item)).filter(({ date_key }) => date_key);
  return {
    decisions: decisions.length,
    automatic: automatic.length,
    events: bodies.length,
    days: days.length,
    violations: [
      ...missingDecisions(published, decisions),
      ...wrongEvents(published, decisions, bodies),
      ...wrongCounts(automatic, days),
      ...days.flatMap(overLimit),
      ...decisions.flatMap(notRecomputable),
      ...automaticWhileStopped(run),
      ...quarantined.map((body) => `in quarantine: ${body.slice(0, 200)}`),
    ],
  };
}

const DayState = z.looseObject({
  sk: z.string(),
  account_id: z.string(),
  date_key: z.string().optional(),
  count: z.number().optional(),
});
type DayState = z.infer<typeof DayState>;

function missingDecisions(
  published: readonly PublishedIntent[],
  decisions: readonly DecisionRecord[],
): string[] {
  const decided = new Set<string>(decisions.map((record) => record.action_intent_id));
  const missing = published.filter(({ action_intent_id }) => !decided.has(action_intent_id));
  const extra = decisions.length - decided.size;
  return [
    ...missing.map(({ action_intent_id }) => `${action_intent_id} has no decision`),
    ...(extra === 0 ? [] : [`${extra} intents have two decisions`]),
  ];
}

/** The detail travels byte for byte, so the whole of it stands in the message's text. */
function wrongEvents(
  published: readonly PublishedIntent[],
  decisions: readonly DecisionRecord[],
  bodies: readonly string[],
): string[] {
  const intents = new Map(published.map((intent) => [intent.action_intent_id, intent]));
  const details = new Map(
    decisions.map((record) => {
      const intent = intents.get(record.action_intent_id);
      return [record.decision_id, outcomeOf(record, canonicalize(intent) ?? null).detail];
    }),
  );
  const unsent = new Set(details.keys());
  const wrong: string[] = [];
  for (const body of bodies) {
    const { event_id } = Event.parse(JSON.parse(body)).detail.metadata;
    unsent.delete(event_id);
    const detail = details.get(event_id);
    if (detail === undefined) wrong.push(`event ${event_id} has no decision`);
    else if (!body.includes(detail)) wrong.push(`event ${event_id} differs from its decision`);
  }
  return [...wrong, ...[...unsent].map((id) => `decision ${id} has no event`)];
}

const Event = z.object({ detail: z.object({ metadata: z.object({ event_id: z.string() }) }) });

/** In total and by type, for every day that was ever open. */
function wrongCounts(automatic: readonly DecisionRecord[], days: readonly DayState[]): string[] {
  const recorded = new Map<string, number>();
  for (const { account_id, date_key, action_type } of automatic) {
    for (const key of [
      `${account_id} ${date_key} count`,
      `${account_id} ${date_key} count#${action_type}`,
    ]) {
      recorded.set(key, (recorded.get(key) ?? 0) + 1);
    }
  }
  const stored = new Map(days.flatMap(countsOf).filter(([, count]) => count > 0));
  const keys = new Set([...recorded.keys(), ...stored.keys()]);
  return [...keys]
    .filter((key) => recorded.get(key) !== stored.get(key))
    .map((key) => `${key}: ${stored.get(key) ?? 0} stored, ${recorded.get(key) ?? 0} recorded`);
}

function countsOf(day: DayState): [string, number][] {
  return Object.entries(day)
    .filter(([name]) => name === "count" || name.startsWith("count#"))
    .map(([name, count]) => [`${day.account_id} ${day.date_key} ${name}`, Number(count)]);
}

function overLimit(day: DayState): string[] {
  const limit = day.account_id === HOT ? LIMITS.hot : LIMITS.cold;
  const tasks = Number(day["count#CREATE_INTERNAL_TASK"] ?? 0);
  const where = `${day.account_id} on ${day.date_key}`;
  return [
    ...((day.count ?? 0) > limit ? [`${where}: ${day.count} of ${limit}`] : []),
    ...(day.account_id === HOT && tasks > LIMITS.hotTasks ? [`${where}: ${tasks} tasks`] : []),
  ];
}

function notRecomputable(record: DecisionRecord): string[] {
  const again = recompute(record);
  const same =
    again.status === "recomputed" &&
    again.decision.decision === record.decision &&
    again.decision.explanation === record.explanation &&
    canonicalize(again.decision.reasons) === canonicalize(record.reasons);
  return same ? [] : [`${record.action_intent_id} is decided otherwise from its record`];
}

function automaticWhileStopped({ whileStopped }: ChaosRun): string[] {
  const { atAcknowledgement, atRelease } = whileStopped;
  return atRelease === atAcknowledgement
    ? []
    : [`${atRelease - atAcknowledgement} ran by themselves while stopped`];
}
