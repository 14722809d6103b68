import {
  type ReferenceBudget,
  type ReferenceTerms,
  referenceLimit,
  spentLimit,
  standingOf,
  termsOf,
} from "./reference-budget.ts";
import { ceilingOf } from "./reference-ceiling.ts";
import {
  type ItemAt,
  isInstant,
  isPast,
  isType,
  type ScopeName,
  type StoredItem,
} from "./stored-item.ts";

/**
 * The gate written down once more from what is specified of it: in one plain reading order, from
 * stored items as they are, and with none of the shipped schemas, clauses or types. What both say
 * alike is unlikely to be an oversight of one.
 */
export interface ReferenceAnswer {
  readonly decision: "AUTO_EXECUTE" | "REQUIRE_APPROVAL" | "BLOCK";
  readonly reason: string;
  readonly clause: string;
  /** All that match, in order. */
  readonly matches: readonly Match[];
  /** `null`: what is stored is no mode. */
  readonly mode: string | null;
  readonly modeSource: string;
  readonly executableAfterApproval: boolean;
  readonly budget?: ReferenceBudget;
  /** The day on which it counts against the tenant's ceilings. */
  readonly tenantDay?: string;
}

/** An answer before the account's day is looked at; AUTO_EXECUTE has the terms it is held to. */
export interface ReferenceProposal extends ReferenceAnswer {
  readonly terms?: ReferenceTerms;
  /** What the tenant's ceilings hold it to, where one is set. */
  readonly ceiling?: ReferenceTerms;
}

export interface Match {
  readonly decision: ReferenceAnswer["decision"];
  readonly reason: string;
  readonly clause: string;
}

type IntentData = Readonly<Record<string, unknown>>;

/** The sort keys that can concern an intent of a type, by scope; the account's day aside. */
export function concerning(type: string): (readonly [ScopeName, string])[] {
  return [
    ...MODE_LEVELS.map(([scope, sk]) => [scope, sk ?? `AUTONOMY#${type}`] as const),
    ...STOPS,
    ["TENANT", `ACTION_TYPE#${type}`],
    ["GLOBAL", `ACTION_TYPE#${type}`],
    ["TENANT", "POLICY#ACTIVE"],
    ["GLOBAL", "POLICY#ACTIVE"],
    ["ACCOUNT", "BUDGET#CONFIG"],
    ["TENANT", "BUDGET#CONFIG"],
    ["ACCOUNT", `BUDGET#ACTION_TYPE#${type}`],
    ["TENANT", "BUDGET#CEILING"],
    ["TENANT", "BUDGET#TENANT"],
  ];
}

/** What the gate has to say of a valid intent that comes alone. */
export function referenceDecision(
  intent: IntentData,
  itemAt: ItemAt,
  nowMs: number,
): ReferenceAnswer {
  const { terms, ceiling, ...proposal } = referenceProposal(intent, itemAt, nowMs);
  if (terms === undefined) return proposal;
  const type = String(intent.action_type);
  const standing = standingOf(itemAt("ACCOUNT", "BUDGET_STATE#CURRENT"), type, terms.zone, nowMs);
  if (standing === undefined) return held([NO_BUDGET], proposal);
  const shared = ceiling && {
    terms: ceiling,
    standing: standingOf(itemAt("TENANT", "BUDGET_STATE#CURRENT"), type, ceiling.zone, nowMs),
  };
  if (shared !== undefined && shared.standing === undefined) return held([NO_BUDGET], proposal);
  const own = spentLimit(terms, standing);
  if (own !== undefined) return spent(`BUDGET_${own.limited_by}`, own, proposal);
  const ofTenant = shared?.standing && spentLimit(shared.terms, shared.standing);
  if (ofTenant !== undefined) {
    const budget = { ...ofTenant, scope: "TENANT" } as const;
    return spent(`BUDGET_TENANT_${budget.limited_by}`, budget, proposal);
  }
  const { day: date_key, lastUsed } = standing;
  const limit = referenceLimit(terms, date_key, lastUsed);
  return {
    ...proposal,
    budget: { date_key, limit, limited_by: "DAY" },
    ...(shared?.standing && { tenantDay: shared.standing.day }),
  };
}

function spent(clause: string, budget: ReferenceBudget, proposal: ReferenceAnswer) {
  return { ...held([approval("BUDGET_EXHAUSTED", clause)], proposal), budget };
}

/** The same, as if nothing were spent yet. */
export function referenceProposal(
  intent: IntentData,
  itemAt: ItemAt,
  nowMs: number,
): ReferenceProposal {
  const type = String(intent.action_type);
  const context = modeOf(itemAt, type);
  const entry = entryOf(itemAt, type);
  const matches = [
    ...STOPS.flatMap(([scope, sk]) => stop(itemAt(scope, sk), type, nowMs)),
    ...expiry(intent, nowMs),
    ...(context.mode === "DISABLED" ? [block("ACTION_TYPE_DISABLED", "DISABLED")] : []),
    ...(entry === undefined ? [approval("ACTION_TYPE_UNKNOWN", "CATALOGUE")] : []),
    ...narrowMode(context),
    ...(entry?.contact === true ? [approval("EXTERNAL_CONTACT")] : []),
    ...risky(intent.risk_level, entry),
    ...unconfident(intent.confidence_score, entry),
    ...otherPolicy(itemAt),
  ];
  if (matches.length > 0) return held(matches, context);
  const terms = termsOf(itemAt, type);
  if (terms === undefined) return held([NO_BUDGET], context);
  const { readable, terms: ceiling } = ceilingOf(itemAt, type);
  if (!readable) return held([NO_BUDGET], context);
  return {
    ...context,
    ...ALLOWED,
    matches: [ALLOWED],
    executableAfterApproval: true,
    terms,
    ...(ceiling && { ceiling }),
  };
}

function approval(reason: string, clause = reason): Match {
  return { decision: "REQUIRE_APPROVAL", reason, clause };
}

function block(reason: string, clause = reason): Match {
  return { decision: "BLOCK", reason, clause };
}

const NO_BUDGET = approval("BUDGET_NOT_CONFIGURED", "BUDGET_CONFIG");
const ALLOWED: Match = {
  decision: "AUTO_EXECUTE",
  reason: "POLICY_ALLOWED",
  clause: "AUTO_EXECUTE_ALLOWED",
};

/** The first that blocks decides, and where none does the first. */
function held(matches: readonly Match[], { mode, modeSource }: Context): ReferenceAnswer {
  const primary = matches.find(({ decision }) => decision === "BLOCK") ?? matches[0] ?? NO_BUDGET;
  const onlyProposed = matches.some(({ reason }) => reason === "PROPOSE_ONLY");
  const executableAfterApproval = primary.decision !== "BLOCK" && !onlyProposed;
  return { mode, modeSource, ...primary, matches, executableAfterApproval };
}

/** In the order in which they are told. */
const STOPS = [
  ["GLOBAL", "KILL_SWITCH"],
  ["TENANT", "KILL_SWITCH#PLATFORM"],
  ["TENANT", "KILL_SWITCH"],
  ["ACCOUNT", "KILL_SWITCH#PLATFORM"],
  ["ACCOUNT", "KILL_SWITCH"],
] as const;

/** A stop that cannot be read stops every type for ever. */
function stop(item: StoredItem, type: string, nowMs: number): Match[] {
  if (item === undefined || item.engaged === false) return [];
  const match = item.effect === "BLOCK" ? block("KILL_SWITCH") : approval("KILL_SWITCH");
  const { engaged, effect, reason = "", action_types: types = [type], expires_at } = item;
  const isReadable =
    engaged === true &&
    (effect === "BLOCK" || effect === "REQUIRE_APPROVAL") &&
    typeof reason === "string" &&
    Array.isArray(types) &&
    types.length > 0 &&
    types.every(isType) &&
    (expires_at === undefined || isInstant(expires_at));
  if (!isReadable) return [match];
  if (expires_at !== undefined && isPast(expires_at, nowMs)) return [];
  return types.includes(type) ? [match] : [];
}

function expiry({ expires_at }: IntentData, nowMs: number): Match[] {
  const expired = typeof expires_at === "string" && isPast(expires_at, nowMs);
  return expired ? [block("INTENT_EXPIRED", "EXPIRY")] : [];
}

interface Context {
  readonly mode: string | null;
  readonly modeSource: string;
}

/** Without a sort key: that of the type. */
const MODE_LEVELS = [
  ["ACCOUNT", undefined, "ACCOUNT_ACTION_TYPE"],
  ["TENANT", undefined, "TENANT_ACTION_TYPE"],
  ["ACCOUNT", "AUTONOMY#DEFAULT", "ACCOUNT_DEFAULT"],
  ["TENANT", "AUTONOMY#DEFAULT", "TENANT_DEFAULT"],
  ["GLOBAL", "AUTONOMY#DEFAULT", "GLOBAL_DEFAULT"],
] as const;

const MODES = ["AUTO_EXECUTE", "APPROVAL_REQUIRED", "PROPOSE_ONLY", "DISABLED"];

function modeOf(itemAt: ItemAt, type: string): Context {
  for (const [scope, sk, modeSource] of MODE_LEVELS) {
    const item = itemAt(scope, sk ?? `AUTONOMY#${type}`);
    if (item === undefined) continue;
    return { mode: MODES.find((mode) => mode === item.mode) ?? null, modeSource };
  }
  return { mode: "APPROVAL_REQUIRED", modeSource: "NOT_CONFIGURED" };
}

function narrowMode({ mode, modeSource }: Context): Match[] {
  if (mode === null) return [approval("UNKNOWN_MODE")];
  if (mode === "PROPOSE_ONLY") return [approval("PROPOSE_ONLY")];
  if (mode !== "APPROVAL_REQUIRED") return [];
  const why = modeSource === "NOT_CONFIGURED" ? "MODE_NOT_CONFIGURED" : "TENANT_POLICY";
  return [approval(why, "APPROVAL_REQUIRED")];
}

interface Entry {
  readonly risk: string;
  readonly minimum: number;
  readonly contact: boolean;
}

const OUTSIDE: Entry = { risk: "HIGH", minimum: 0.75, contact: true };
const RECORDS: Entry = { risk: "MEDIUM", minimum: 0.7, contact: false };
const INSIDE: Entry = { risk: "LOW", minimum: 0.65, contact: false };
const READING: Entry = { risk: "MINIMAL", minimum: 0.6, contact: false };

const BUILT_IN = new Map<string, Entry>([
  ["REQUEST_RENEWAL_MEETING", OUTSIDE],
  ["REQUEST_DISCOVERY_CALL", OUTSIDE],
  ["REQUEST_STAKEHOLDER_INTRO", OUTSIDE],
  ["UPDATE_OPPORTUNITY_STAGE", RECORDS],
  ["CREATE_OPPORTUNITY", RECORDS],
  ["UPDATE_ACCOUNT_FIELDS", RECORDS],
  ["CREATE_INTERNAL_NOTE", INSIDE],
  ["CREATE_INTERNAL_TASK", INSIDE],
  ["FLAG_FOR_REVIEW", INSIDE],
  ["FETCH_ACCOUNT_NEWS", READING],
  ["ANALYZE_USAGE_PATTERNS", READING],
]);

/** Where the platform says what a type is, a tenant's word can only add to it. */
function entryOf(itemAt: ItemAt, type: string): Entry | undefined {
  const stored = [itemAt("GLOBAL", `ACTION_TYPE#${type}`), itemAt("TENANT", `ACTION_TYPE#${type}`)];
  const items = stored.filter((item) => item !== undefined);
  if (items.length === 0) return BUILT_IN.get(type);
  const entries = items.map(readEntry).filter((entry) => entry !== undefined);
  if (entries.length < items.length) return undefined;
  const tiers = entries.map(({ risk }) => RISK_ORDER.indexOf(risk));
  return {
    risk: RISK_ORDER[Math.max(...tiers)] ?? "none",
    minimum: Math.max(...entries.map(({ minimum }) => minimum)),
    contact: entries.some(({ contact }) => contact),
  };
}

function readEntry(item: NonNullable<StoredItem>): Entry | undefined {
  const { risk_tier: risk, min_confidence: minimum, external_contact: contact } = item;
  const isReadable =
    typeof risk === "string" &&
    RISK_ORDER.includes(risk) &&
    isShare(minimum) &&
    typeof contact === "boolean";
  return isReadable ? { risk, minimum, contact } : undefined;
}

const RISK_ORDER = ["MINIMAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

/** An agent's own word can raise the risk, and what it says must be known. */
function risky(said: unknown, entry: Entry | undefined): Match[] {
  const own = typeof said === "string" ? RISK_ORDER.indexOf(asciiWord(said)) : -1;
  const risk = Math.max(own, RISK_ORDER.indexOf(entry?.risk ?? "none"));
  if (risk === -1 || (said !== undefined && said !== null && own === -1)) {
    return [approval("RISK_LEVEL_UNKNOWN", "RISK_LEVEL")];
  }
  if (risk > 2) return [approval("RISK_LEVEL_HIGH", "RISK_LEVEL")];
  return risk === 2 ? [approval("RISK_LEVEL_MEDIUM", "RISK_LEVEL")] : [];
}

/** In upper case and without the space around it, as far as both are ASCII's. */
function asciiWord(text: string): string {
  const upper = text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  return upper.replaceAll(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");
}

function unconfident(said: unknown, entry: Entry | undefined): Match[] {
  if (said === undefined || said === null) return [approval("CONFIDENCE_MISSING", "CONFIDENCE")];
  if (!isShare(said)) return [approval("CONFIDENCE_INVALID", "CONFIDENCE")];
  const needed = Math.max(0.7, entry?.minimum ?? 0);
  return said < needed ? [approval("CONFIDENCE_BELOW_THRESHOLD", "CONFIDENCE")] : [];
}

function isShare(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}

function otherPolicy(itemAt: ItemAt): Match[] {
  const pointer = itemAt("TENANT", "POLICY#ACTIVE") ?? itemAt("GLOBAL", "POLICY#ACTIVE");
  const isThis = pointer === undefined || pointer.policy_version === "AutoApprovalPolicyV1";
  return isThis ? [] : [approval("POLICY_ERROR")];
}
