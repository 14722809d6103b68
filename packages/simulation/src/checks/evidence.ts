import { sha256 } from "@autonomy-gate/core/adapters";
import { type Attributes, addressText } from "@autonomy-gate/core/memory";
import type { Address } from "@autonomy-gate/core/store";
import { concerning } from "@autonomy-gate/core/testing/reference";
import type { ItemAt, ScopeName } from "@autonomy-gate/core/testing/stored-item";
import canonicalize from "canonicalize";
import type { Tables } from "../dynamo/tables.ts";
import type { MessageContent, MessageSpec, Scenario } from "../scenario/scenario.ts";

/** A broken promise, with the number it has in docs/reliability.md. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly invariant: number;

  constructor(invariant: number, message: string) {
    super(message);
    this.invariant = invariant;
  }
}

/** An intent as sent, with what its payload is known by. */
export interface SentIntent {
  readonly content: Extract<MessageContent, { kind: "intent" }>;
  readonly canonical: string | null;
  readonly fingerprint: string;
  readonly body: string;
}

/** Automatic decisions recorded for one day of one account, or of one tenant, by the counter they belong in. */
export type DayCounts = Map<string, number>;

interface Acknowledged {
  /** When the change was committed, and when its writer was told so. */
  readonly changedMs: number;
  readonly acknowledgedMs: number;
}

/** What was seen so far: gathered at the services, never asked of the gate. */
export interface Evidence {
  readonly scenario: Scenario;
  readonly tables: Tables;
  readonly decisions: Map<string, Attributes>;
  readonly days: Map<string, Map<string, DayCounts>>;
  /** The first detail accepted for an intent. */
  readonly details: Map<string, string>;
  readonly quarantined: Set<string>;
  readonly acknowledged: Map<string, Acknowledged[]>;
  readonly intents: ReadonlyMap<string, readonly SentIntent[]>;
  /** When an intent first reached the queue. */
  readonly arrivals: ReadonlyMap<string, number>;
  readonly byBody: ReadonlyMap<string, MessageSpec>;
}

export function createEvidence(scenario: Scenario, tables: Tables): Evidence {
  const intents = new Map<string, SentIntent[]>();
  const arrivals = new Map<string, number>();
  for (const { content, body, atMs } of scenario.messages) {
    if (content.kind !== "intent") continue;
    const key = intentText(content);
    arrivals.set(key, Math.min(atMs, arrivals.get(key) ?? atMs));
    const sent = intents.get(key) ?? [];
    intents.set(key, sent);
    if (sent.some((other) => other.body === body)) continue;
    const canonical = canonicalText(content.data);
    sent.push({ content, canonical, fingerprint: sha256(canonical ?? body), body });
  }
  return {
    scenario,
    tables,
    decisions: new Map(),
    days: new Map(),
    details: new Map(),
    quarantined: new Set(),
    acknowledged: new Map(),
    intents,
    arrivals,
    byBody: new Map(scenario.messages.map((message) => [message.body, message])),
  };
}

function canonicalText(data: unknown): string | null {
  try {
    return canonicalize(data) ?? null;
  } catch {
    return null;
  }
}

export function intentText(ref: Attributes | MessageContent): string {
  const { tenant_id, account_id, action_intent_id } = { ...blankRef, ...ref };
  return `${tenant_id}#${account_id}#${action_intent_id}`;
}

const blankRef = { tenant_id: undefined, account_id: undefined, action_intent_id: undefined };

/** The intent, among those sent, that a decision was taken on. */
export function decidedIntent(evidence: Evidence, record: Attributes): SentIntent | undefined {
  return evidence.intents
    .get(intentText(record))
    ?.find(({ fingerprint }) => fingerprint === record.fingerprint);
}

/** What is stored of a decision: less than is read back. */
export function storedItem({ tables }: Evidence, record: Attributes): Attributes | undefined {
  const sk = `DECISION#${record.action_intent_id}`;
  return tables.get({ table: "ledger", pk: pkOf("ACCOUNT", record), sk });
}

/** A span of virtual time in which facts may have been read, for a write that took effect at one. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  /** Versions of fenced items whose end was acknowledged before this are out; absent: all count. */
  readonly commitMs?: number;
}

const COMBINATIONS_MAX = 256;

/** Every configuration an intent may have been decided on, given when its facts were read. */
export function* configurations(
  evidence: Evidence,
  record: Attributes,
  window: Window,
): Generator<ItemAt> {
  const keys = concerning(String(record.action_type));
  const candidates = keys.map(([scope, sk]) =>
    versionsIn(
      evidence,
      { table: "config", pk: pkOf(scope, record), sk },
      isFenced(record, scope, sk),
      window,
    ),
  );
  const total = candidates.reduce((product, { length }) => product * length, 1);
  for (let combination = 0; combination < Math.min(total, COMBINATIONS_MAX); combination++) {
    let rest = combination;
    const chosen = new Map<string, Attributes | undefined>();
    for (const [index, [scope, sk]] of keys.entries()) {
      const versions = candidates[index] ?? [];
      chosen.set(`${scope} ${sk}`, versions[rest % versions.length]);
      rest = Math.floor(rest / versions.length);
    }
    yield (scope, sk) => chosen.get(`${scope} ${sk}`);
  }
}

export function pkOf(scope: ScopeName, { tenant_id, account_id }: Attributes): string {
  if (scope === "GLOBAL") return "GLOBAL";
  return scope === "TENANT" ? `TENANT#${tenant_id}` : `TENANT#${tenant_id}#ACCOUNT#${account_id}`;
}

/** Whether a change of an item stops what relies on the item as it was: by the fence it raised. */
function isFenced(record: Attributes, scope: ScopeName, sk: string): boolean {
  if (scope === "ACCOUNT") return true;
  const isCeiling = sk === "BUDGET#CEILING" || sk === "BUDGET#TENANT";
  return isCeiling && record.tenant_date_key !== undefined;
}

function versionsIn(
  evidence: Evidence,
  address: Address,
  fenced: boolean,
  { fromMs, toMs, commitMs }: Window,
): (Attributes | undefined)[] {
  const history = evidence.tables.history(address);
  const acknowledged = evidence.acknowledged.get(addressText(address)) ?? [];
  const versions = [{ fromMs: Number.NEGATIVE_INFINITY, item: undefined }, ...history];
  const usable = versions.filter((version, index) => {
    const endMs = versions[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
    if (version.fromMs > toMs || endMs < fromMs) return false;
    if (!fenced || commitMs === undefined) return true;
    return !acknowledged.some(
      (change) => endMs <= change.changedMs && change.acknowledgedMs <= commitMs,
    );
  });
  return usable.map(({ item }) => item);
}
