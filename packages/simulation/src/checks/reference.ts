/**
 * What the gate has to say of an intent, written once more and plainly: from stored items as they
 * are, without the gate's schemas, clauses or types. Knows the garbage the simulation stores.
 */

export type StoredItem = Readonly<Record<string, unknown>> | undefined;
export type ItemAt = (scope: ScopeName, sk: string) => StoredItem;
export type ScopeName = (typeof SCOPES)[number];

export interface ReferenceBudget {
  readonly zone: string;
  readonly limit: number;
  readonly cap: number | undefined;
  readonly decays: boolean;
  readonly changedAt: unknown;
}

export interface ReferenceAnswer {
  readonly decision: "AUTO_EXECUTE" | "REQUIRE_APPROVAL" | "BLOCK";
  readonly reason: string;
  /** For AUTO_EXECUTE: what it may spend. */
  readonly budget?: ReferenceBudget;
}

type IntentData = Readonly<Record<string, unknown>>;
type Finding = readonly [severity: 1 | 2, reason: string];

const SCOPES = ["GLOBAL", "TENANT", "ACCOUNT"] as const;
const RISKS = ["MINIMAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
const TYPE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** The sort keys that can concern an intent of a type, by scope. */
export function concerning(type: string): (readonly [ScopeName, string])[] {
  return [
    ["GLOBAL", "AUTONOMY#DEFAULT"],
    ["TENANT", "AUTONOMY#DEFAULT"],
    ["TENANT", `AUTONOMY#${type}`],
    ["ACCOUNT", "AUTONOMY#DEFAULT"],
    ["ACCOUNT", `AUTONOMY#${type}`],
    ["GLOBAL", "KILL_SWITCH"],
    ["TENANT", "KILL_SWITCH"],
    ["ACCOUNT", "KILL_SWITCH"],
    ["GLOBAL", `ACTION_TYPE#${type}`],
    ["TENANT", `ACTION_TYPE#${type}`],
    ["GLOBAL", "POLICY#ACTIVE"],
    ["TENANT", "POLICY#ACTIVE"],
    ["TENANT", "BUDGET#CONFIG"],
    ["ACCOUNT", "BUDGET#CONFIG"],
    ["ACCOUNT", `BUDGET#ACTION_TYPE#${type}`],
  ];
}

export function referenceDecision(
  intent: IntentData,
  itemAt: ItemAt,
  atMs: number,
): ReferenceAnswer {
  const type = String(intent.action_type);
  const entry = entryOf(itemAt, type);
  const findings: Finding[] = [
    ...SCOPES.flatMap((scope) => stopFinding(itemAt(scope, "KILL_SWITCH"), type, atMs)),
    ...(isPast(intent.expires_at, atMs) ? [[2, "INTENT_EXPIRED"] as const] : []),
    ...modeFindings(modeOf(itemAt, type), entry === undefined),
    ...(entry?.external === true ? [[1, "EXTERNAL_CONTACT"] as const] : []),
    ...riskFindings(intent.risk_level, entry?.tier),
    ...confidenceFindings(intent.confidence_score, entry?.confidence ?? 0),
    ...(isKnownPolicy(itemAt) ? [] : [[1, "POLICY_ERROR"] as const]),
  ];
  const worst = findings.find(([severity]) => severity === 2) ?? findings[0];
  if (worst !== undefined) {
    return { decision: worst[0] === 2 ? "BLOCK" : "REQUIRE_APPROVAL", reason: worst[1] };
  }
  const budget = budgetOf(itemAt, type);
  if (budget === undefined) {
    return { decision: "REQUIRE_APPROVAL", reason: "BUDGET_NOT_CONFIGURED" };
  }
  return { decision: "AUTO_EXECUTE", reason: "POLICY_ALLOWED", budget };
}

/** In the gate's order: an unknown type stands between the modes. */
function modeFindings(mode: string, isUnknownType: boolean): Finding[] {
  const unknown: Finding[] = isUnknownType ? [[1, "ACTION_TYPE_UNKNOWN"]] : [];
  switch (mode) {
    case "DISABLED":
      return [[2, "ACTION_TYPE_DISABLED"], ...unknown];
    case "PROPOSE_ONLY":
      return [...unknown, [1, "PROPOSE_ONLY"]];
    case "NONE":
      return [...unknown, [1, "MODE_NOT_CONFIGURED"]];
    case "APPROVAL_REQUIRED":
      return [...unknown, [1, "TENANT_POLICY"]];
    case "UNREADABLE":
      return [...unknown, [1, "UNKNOWN_MODE"]];
    default:
      return unknown;
  }
}

function isPast(instant: unknown, atMs: number): boolean {
  return typeof instant === "string" && Date.parse(instant) <= atMs;
}

function stopFinding(item: StoredItem, type: string, atMs: number): Finding[] {
  if (item === undefined || item.engaged === false) return [];
  const severity = item.effect === "BLOCK" ? 2 : 1;
  const types = item.action_types;
  const known = item.effect === "BLOCK" || item.effect === "REQUIRE_APPROVAL";
  if (item.engaged !== true || !known) return [[severity, "KILL_SWITCH"]];
  if (isPast(item.expires_at, atMs)) return [];
  if (Array.isArray(types) && !types.includes(type)) return [];
  return [[severity, "KILL_SWITCH"]];
}

function modeOf(itemAt: ItemAt, type: string): string {
  const levels = [
    itemAt("ACCOUNT", `AUTONOMY#${type}`),
    itemAt("TENANT", `AUTONOMY#${type}`),
    itemAt("ACCOUNT", "AUTONOMY#DEFAULT"),
    itemAt("TENANT", "AUTONOMY#DEFAULT"),
    itemAt("GLOBAL", "AUTONOMY#DEFAULT"),
  ];
  const first = levels.find((level) => level !== undefined);
  if (first === undefined) return "NONE";
  const known = ["AUTO_EXECUTE", "APPROVAL_REQUIRED", "PROPOSE_ONLY", "DISABLED"];
  return known.find((mode) => mode === first.mode) ?? "UNREADABLE";
}

interface Entry {
  readonly tier: string;
  readonly confidence: number;
  readonly external: boolean;
}

const INTERNAL: Entry = { tier: "LOW", confidence: 0.65, external: false };
const BUILT_IN: Readonly<Record<string, Entry>> = {
  CREATE_INTERNAL_NOTE: INTERNAL,
  CREATE_INTERNAL_TASK: INTERNAL,
  FLAG_FOR_REVIEW: INTERNAL,
  FETCH_ACCOUNT_NEWS: { tier: "MINIMAL", confidence: 0.6, external: false },
  UPDATE_ACCOUNT_FIELDS: { tier: "MEDIUM", confidence: 0.7, external: false },
  REQUEST_RENEWAL_MEETING: { tier: "HIGH", confidence: 0.75, external: true },
};

function entryOf(itemAt: ItemAt, type: string): Entry | undefined {
  const item = itemAt("TENANT", `ACTION_TYPE#${type}`) ?? itemAt("GLOBAL", `ACTION_TYPE#${type}`);
  if (item === undefined) return BUILT_IN[type];
  const { risk_tier, min_confidence, external_contact } = item;
  if (typeof risk_tier !== "string" || !RISKS.includes(risk_tier)) return undefined;
  if (typeof min_confidence !== "number" || typeof external_contact !== "boolean") return undefined;
  return { tier: risk_tier, confidence: min_confidence, external: external_contact };
}

function riskFindings(own: unknown, tier: string | undefined): Finding[] {
  const said = typeof own === "string" ? own.trim().toUpperCase() : own;
  const ownIndex = typeof said === "string" ? RISKS.indexOf(said) : -1;
  if (own !== undefined && ownIndex < 0) return [[1, "RISK_LEVEL_UNKNOWN"]];
  if (own === undefined && tier === undefined) return [[1, "RISK_LEVEL_UNKNOWN"]];
  const risk = Math.max(ownIndex, tier === undefined ? -1 : RISKS.indexOf(tier));
  if (risk >= 3) return [[1, "RISK_LEVEL_HIGH"]];
  return risk === 2 ? [[1, "RISK_LEVEL_MEDIUM"]] : [];
}

function confidenceFindings(said: unknown, needed: number): Finding[] {
  if (said === undefined || said === null) return [[1, "CONFIDENCE_MISSING"]];
  const usable = typeof said === "number" && said >= 0 && said <= 1;
  if (!usable) return [[1, "CONFIDENCE_INVALID"]];
  return said < Math.max(0.7, needed) ? [[1, "CONFIDENCE_BELOW_THRESHOLD"]] : [];
}

function isKnownPolicy(itemAt: ItemAt): boolean {
  const pointer = itemAt("TENANT", "POLICY#ACTIVE") ?? itemAt("GLOBAL", "POLICY#ACTIVE");
  return pointer === undefined || pointer.policy_version === "AutoApprovalPolicyV1";
}

function budgetOf(itemAt: ItemAt, type: string): ReferenceBudget | undefined {
  const item = itemAt("ACCOUNT", "BUDGET#CONFIG") ?? itemAt("TENANT", "BUDGET#CONFIG");
  if (item === undefined) return undefined;
  const { max_autonomous_per_day: limit, timezone: zone = "UTC", decay_if_unused } = item;
  const caps: unknown = item.max_per_action_type;
  const own = itemAt("ACCOUNT", `BUDGET#ACTION_TYPE#${type}`);
  if (!isLimit(limit) || typeof zone !== "string" || zone.startsWith("Mars")) return undefined;
  if (caps !== undefined && !isCaps(caps)) return undefined;
  if (own !== undefined && !isLimit(own.max_autonomous_per_day)) return undefined;
  const cap =
    own === undefined ? new Map(Object.entries(caps ?? {})).get(type) : own.max_autonomous_per_day;
  return {
    zone,
    limit,
    cap: isLimit(cap) ? cap : undefined,
    decays: decay_if_unused === true,
    changedAt: item.updated_at,
  };
}

function isLimit(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCaps(caps: unknown): caps is Record<string, number> {
  if (typeof caps !== "object" || caps === null) return false;
  return Object.entries(caps).every(([type, cap]) => TYPE.test(type) && isLimit(cap));
}

const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of an instant in a zone, as the platform's own calendar has it. */
export function referenceDay(epochMs: number, zone: string): string {
  const known = dayFormats.get(zone);
  const format = known ?? new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
  if (known === undefined) dayFormats.set(zone, format);
  return format.format(epochMs);
}

/** The stored counters that an automatic action of a type counts in. */
export function referenceCounters(type: string): string[] {
  return ["count", `count#${type}`];
}

/** A limit of a budget: its name in a decision, the counter that it holds, and how high. */
export interface ReferenceLimit {
  readonly name: string;
  readonly counter: string;
  readonly limit: number;
}

/** The limits of a budget that hold an action of a type on a day. */
export function referenceLimits(
  budget: ReferenceBudget,
  type: string,
  day: string,
  lastUsed: string | undefined,
): ReferenceLimit[] {
  const ofDay = { name: "DAY", counter: "count", limit: dailyLimit(budget, day, lastUsed) };
  if (budget.cap === undefined) return [ofDay];
  return [ofDay, { name: "ACTION_TYPE", counter: `count#${type}`, limit: budget.cap }];
}

/** The daily limit on a day, halved for each full week of disuse. */
function dailyLimit(
  { limit, decays, changedAt, zone }: ReferenceBudget,
  day: string,
  lastUsed: string | undefined,
): number {
  if (!decays || limit <= 1) return limit;
  const changed = typeof changedAt === "string" ? referenceDay(Date.parse(changedAt), zone) : "";
  const since = [lastUsed ?? "", changed].sort().at(-1);
  if (since === undefined || since === "") return 1;
  const weeks = Math.floor((Date.parse(day) - Date.parse(since)) / (7 * 86_400_000));
  return weeks <= 0 ? limit : Math.max(1, Math.floor(limit / 2 ** weeks));
}
