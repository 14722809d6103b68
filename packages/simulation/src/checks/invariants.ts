import { type GateEvent, recompute } from "@autonomy-gate/core/gate";
import { type Attributes, isSame } from "@autonomy-gate/core/memory";
import { TransientError } from "@autonomy-gate/core/values";
import type { SQSRecord } from "aws-lambda";
import type { Commit } from "../dynamo/dynamo.ts";
import type { AppliedWrite } from "../dynamo/tables.ts";
import type { SimProcess } from "../process.ts";
import {
  decidedIntent,
  type Evidence,
  intentText,
  type SentIntent,
  storedItem,
  Violation,
} from "./evidence.ts";
import { answersIn, READ_MS_MAX, type Recorded } from "./recorded.ts";

/** One function an invariant, numbered as in docs/reliability.md. Each throws Violation. */

/** No commit is sent later than this after the read it relies on began, with the clock's grain. */
const COMMIT_WINDOW_MS = 2_001;

/** 3: one decision an intent, and it never changes. */
export function invariant3({ before, after, sk }: AppliedWrite): void {
  if (before !== undefined) throw new Violation(3, `A decision was overwritten: ${sk}`);
  if (after === undefined) throw new Violation(3, `A decision was deleted: ${sk}`);
}

const LEDGER_ONLY = new Set([
  ...["pk", "sk", "list_pk", "list_sk", "fingerprint", "trace_id", "causation_id", "date_key"],
  "tenant_date_key",
]);

const DETAIL_TYPES = new Map<unknown, string>([
  ["AUTO_EXECUTE", "ActionAutoApproved"],
  ["REQUIRE_APPROVAL", "ActionApprovalRequired"],
  ["BLOCK", "ActionBlocked"],
]);

/** 4: every event says what is recorded, byte for byte the same on every delivery. */
export function invariant4(evidence: Evidence, outcome: GateEvent): void {
  const { metadata, data } = JSON.parse(outcome.detail);
  const key = intentText(data);
  const first = evidence.details.get(key);
  if (first !== undefined) {
    if (first !== outcome.detail) throw new Violation(4, `Another event for ${key}`);
    return;
  }
  evidence.details.set(key, outcome.detail);
  const record = evidence.decisions.get(key);
  if (record === undefined) return;
  const canonical = decidedIntent(evidence, record)?.canonical;
  const echoed = record.facts === null ? "null" : canonical;
  const { intent, ...said } = data;
  const agrees =
    isSame(said, publicPart(evidence, record)) &&
    isSame(metadata, metadataOf(record)) &&
    DETAIL_TYPES.get(record.decision) === outcome.detailType &&
    outcome.detail.endsWith(`"intent":${echoed}}}`);
  if (!agrees) throw new Violation(4, `The event of ${key} is not what is recorded`);
}

/** The item's own attributes, known to this version or not; its reasons and facts are stored shorter. */
function publicPart(evidence: Evidence, record: Attributes): Attributes {
  const stored = storedItem(evidence, record);
  const item = { ...stored, reasons: record.reasons, facts: wholeFacts(stored?.facts) };
  return Object.fromEntries(Object.entries(item).filter(([name]) => !LEDGER_ONLY.has(name)));
}

function wholeFacts(stored: unknown): unknown {
  if (typeof stored !== "object" || stored === null) return stored;
  return { catalogue_source: "BUILT_IN", ...stored };
}

function metadataOf({ decision_id, decided_at, trace_id, causation_id }: Attributes): Attributes {
  return {
    event_id: decision_id,
    schema_version: "1",
    occurred_at: decided_at,
    ...(trace_id === undefined ? {} : { trace_id }),
    ...(causation_id === undefined ? {} : { causation_id }),
  };
}

/** 5: no event before its record. */
export function invariant5(evidence: Evidence, { detail }: GateEvent): void {
  const key = intentText(JSON.parse(detail).data);
  if (!evidence.decisions.has(key)) throw new Violation(5, `An event before its record: ${key}`);
}

/** 6: in the end every intent has its decision and its event, and nothing is left over. */
export function invariant6(evidence: Evidence, left: { queued: number; dead: number }): void {
  if (left.queued > 0) throw new Violation(6, `${left.queued} messages never came to an end`);
  if (left.dead > 0) throw new Violation(10, `${left.dead} messages fail for ever`);
  for (const [key, sent] of evidence.intents) {
    for (const intent of sent) invariant6OfIntent(evidence, key, intent);
  }
  const poison = evidence.scenario.messages.filter(({ content }) => content.kind === "poison");
  const lost = poison.find(({ body }) => !evidence.quarantined.has(body));
  if (lost !== undefined) throw new Violation(6, `Not in quarantine: ${lost.body.slice(0, 80)}`);
}

function invariant6OfIntent(evidence: Evidence, key: string, sent: SentIntent): void {
  const record = evidence.decisions.get(key);
  if (record === undefined) throw new Violation(6, `No decision: ${key}`);
  const agrees = sent.fingerprint === record.fingerprint;
  const answered = agrees ? evidence.details.has(key) : evidence.quarantined.has(sent.body);
  if (!answered) throw new Violation(6, `No ${agrees ? "event" : "quarantine"}: ${key}`);
}

/** 7: nothing automatic on facts that are too old, or that an acknowledged change has ended. */
export function invariant7(evidence: Evidence, recorded: Recorded): void {
  const { record, commit, readMs, answers } = recorded;
  if (record.decision !== "AUTO_EXECUTE") return;
  if (commit.sentAtMs - readMs > COMMIT_WINDOW_MS) {
    throw new Violation(
      7,
      `Sent ${commit.sentAtMs - readMs} ms after its read: ${intentText(record)}`,
    );
  }
  if (answers.some(({ decision }) => decision === "AUTO_EXECUTE")) return;
  const window = { fromMs: readMs, toMs: readMs + READ_MS_MAX };
  const ever = answersIn(evidence, record, window, Date.parse(String(record.decided_at)));
  if (ever.some(({ decision }) => decision === "AUTO_EXECUTE")) {
    throw new Violation(7, `Automatic after an acknowledged change: ${intentText(record)}`);
  }
}

/** 8: a decision follows from its own intent and configuration, whoever was in its batch. */
export function invariant8({ record, answers }: Recorded): void {
  if (record.reason === "INVALID_INTENT" || record.reason === "BUDGET_EXHAUSTED") return;
  const explained = answers.some(
    ({ decision, reason }) => decision === record.decision && reason === record.reason,
  );
  if (!explained && record.decision !== "AUTO_EXECUTE") {
    const expected = answers.map(({ reason }) => reason).join(" or ");
    throw new Violation(8, `${record.reason} where ${expected} follows: ${intentText(record)}`);
  }
}

/**
 * 8, of deliveries: while nothing is wrong but one tenant's keys, whoever is of another tenant is
 * decided in the first delivery.
 */
export function invariant8OfDeliveries(evidence: Evidence, record: SQSRecord): void {
  const { profile, throttled } = evidence.scenario;
  if (profile !== "throttled-tenant" || record.attributes.ApproximateReceiveCount === "1") return;
  const content = evidence.byBody.get(record.body)?.content;
  if (content?.kind !== "intent") return;
  if (throttled.some(({ tenant_id }) => tenant_id === content.tenant_id)) return;
  throw new Violation(8, `Delivered again beside a throttled tenant: ${intentText(content)}`);
}

/** 9: a message is deleted only once its event, or its place in quarantine, was accepted. */
export function invariant9(evidence: Evidence, body: string): void {
  if (evidence.quarantined.has(body)) return;
  const content = evidence.byBody.get(body)?.content;
  if (content?.kind !== "intent") throw new Violation(9, `Deleted: ${body.slice(0, 80)}`);
  const key = intentText(content);
  const record = evidence.decisions.get(key);
  const sent = evidence.intents.get(key)?.find((intent) => intent.body === body);
  if (!evidence.details.has(key) || record?.fingerprint !== sent?.fingerprint) {
    throw new Violation(9, `Deleted without its event: ${key}`);
  }
}

/** 10: nothing fails in a way that a retry repeats for ever. */
export function invariant10(error: unknown): void {
  if (error instanceof TransientError) return;
  throw new Violation(10, `Fails for good: ${error instanceof Error ? error.stack : error}`);
}

/** 11: a decision can be taken again from its stored item alone. */
export function invariant11({ record }: Recorded): void {
  const again = recompute(record);
  if (again.status === "unknown-policy") {
    throw new Violation(11, `${intentText(record)} names the policy ${again.policy_version}`);
  }
  for (const [name, value] of Object.entries(again.decision)) {
    if (!isSame(value, record[name])) {
      throw new Violation(11, `${name} of ${intentText(record)} is not recomputed`);
    }
  }
}

/** 12: nothing automatic without configuration that says so, and can be read. */
export function invariant12(evidence: Evidence, { record, answers }: Recorded): void {
  const intent = decidedIntent(evidence, record);
  if (record.decision !== "AUTO_EXECUTE") {
    if (intent?.content.valid === false && record.reason !== "INVALID_INTENT") {
      throw new Violation(12, `An invalid intent was judged: ${intentText(record)}`);
    }
    return;
  }
  if (answers.some(({ decision }) => decision === "AUTO_EXECUTE")) return;
  throw new Violation(12, `Automatic although nothing allows it: ${intentText(record)}`);
}

/** 14: whoever handles a tenant touches no key of another. */
export function invariant14(
  allowed: ReadonlySet<string> | undefined,
  process: SimProcess,
  pks: readonly string[],
): void {
  for (const pk of pks) {
    if (allowed?.has(pk) === false) throw new Violation(14, `${process.name} touched ${pk}`);
  }
}

/** 14, of writes: one transaction is for one account. */
export function invariant14OfWrites({ writes }: Commit): void {
  const [first] = writes;
  const tenant = first?.pk.split("#ACCOUNT#")[0];
  const isOwn = ({ table, pk }: AppliedWrite) =>
    pk === first?.pk || (pk === tenant && table === "budgetState");
  if (!writes.every(isOwn)) {
    throw new Violation(14, "One transaction touched several accounts");
  }
}
