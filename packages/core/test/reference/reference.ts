import type { StoredBudget } from "../src/budget/budget.ts";
import type { Snapshot } from "../src/gate/snapshot.ts";
import type { ActionType } from "../src/ids.ts";
import type { ActionIntentV1 } from "../src/intent/intent.ts";
import type { KillSwitches } from "../src/kill-switch/kill-switch.ts";

/**
 * The gate written down once more from what is specified of it, in one plain reading order and
 * with none of the shipped code: what both say alike is unlikely to be an oversight of one.
 */
export interface ReferenceAnswer {
  readonly decision: "AUTO_EXECUTE" | "REQUIRE_APPROVAL" | "BLOCK";
  readonly reason: string;
  readonly clause: string;
  /** `reason · clause` of all that match, in order. */
  readonly all: readonly string[];
  readonly mode: string | null;
  readonly modeSource: string;
  readonly executableAfterApproval: boolean;
  readonly budget?: { date_key: string; limit: number; used?: number; limited_by: string };
}

const RISK_ORDER = ["MINIMAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

const BUILT_IN: Record<string, Entry> = {
  REQUEST_RENEWAL_MEETING: { risk: "HIGH", minimum: 0.75, contact: true },
  CREATE_OPPORTUNITY: { risk: "MEDIUM", minimum: 0.7, contact: false },
  CREATE_INTERNAL_NOTE: { risk: "LOW", minimum: 0.65, contact: false },
  FETCH_ACCOUNT_NEWS: { risk: "MINIMAL", minimum: 0.6, contact: false },
};

export function referenceDecision(intent: ActionIntentV1, facts: Snapshot): ReferenceAnswer {
  const context = modeOf(facts);
  const entry = entryOf(intent, facts);
  const matches = [
    ...stops(intent, facts),
    ...expiry(intent, facts),
    ...disabled(context),
    ...(entry === undefined ? [approval("ACTION_TYPE_UNKNOWN", "CATALOGUE")] : []),
    ...narrowMode(context),
    ...(entry?.contact === true ? [approval("EXTERNAL_CONTACT", "EXTERNAL_CONTACT")] : []),
    ...risky(intent, entry),
    ...unconfident(intent, entry),
    ...otherPolicy(facts),
  ];
  const primary = matches.find(({ decision }) => decision === "BLOCK") ?? matches[0];
  return primary ? held(primary, matches, context) : withBudget(intent, facts, context);
}

interface Match {
  readonly decision: "REQUIRE_APPROVAL" | "BLOCK";
  readonly reason: string;
  readonly clause: string;
}

function approval(reason: string, clause: string): Match {
  return { decision: "REQUIRE_APPROVAL", reason, clause };
}

function block(reason: string, clause: string): Match {
  return { decision: "BLOCK", reason, clause };
}

function stops(intent: ActionIntentV1, { killSwitches, calendar }: Snapshot): Match[] {
  return [killSwitches.GLOBAL, killSwitches.TENANT, killSwitches.ACCOUNT]
    .map((stop) => effectOf(stop, intent.action_type, calendar.epochMs))
    .filter((effect) => effect !== "NONE")
    .map((effect) => (effect === "BLOCK" ? block : approval)("KILL_SWITCH", "KILL_SWITCH"));
}

function effectOf(stop: KillSwitches["GLOBAL"], type: ActionType, now: number): string {
  if (stop.status === "absent") return "NONE";
  if (stop.status === "unreadable") return stop.effect;
  if (!stop.value.engaged) return "NONE";
  const { effect, expires_at, action_types } = stop.value;
  if (expires_at !== undefined && !isAfter(expires_at, now)) return "NONE";
  return action_types === undefined || action_types.includes(type) ? effect : "NONE";
}

function expiry({ expires_at }: ActionIntentV1, { calendar }: Snapshot): Match[] {
  const expired = expires_at !== undefined && !isAfter(expires_at, calendar.epochMs);
  return expired ? [block("INTENT_EXPIRED", "EXPIRY")] : [];
}

interface Context {
  readonly mode: string | null;
  readonly modeSource: string;
}

function modeOf({ modes }: Snapshot): Context {
  for (const modeSource of [
    "ACCOUNT_ACTION_TYPE",
    "TENANT_ACTION_TYPE",
    "ACCOUNT_DEFAULT",
    "TENANT_DEFAULT",
    "GLOBAL_DEFAULT",
  ] as const) {
    const found = modes[modeSource];
    if (found.status === "readable") return { mode: found.value, modeSource };
    if (found.status === "unreadable") return { mode: null, modeSource };
  }
  return { mode: "APPROVAL_REQUIRED", modeSource: "NOT_CONFIGURED" };
}

function disabled({ mode }: Context): Match[] {
  return mode === "DISABLED" ? [block("ACTION_TYPE_DISABLED", "DISABLED")] : [];
}

function narrowMode({ mode, modeSource }: Context): Match[] {
  if (mode === null) return [approval("UNKNOWN_MODE", "UNKNOWN_MODE")];
  if (mode === "PROPOSE_ONLY") return [approval("PROPOSE_ONLY", "PROPOSE_ONLY")];
  if (mode !== "APPROVAL_REQUIRED") return [];
  const why = modeSource === "NOT_CONFIGURED" ? "MODE_NOT_CONFIGURED" : "TENANT_POLICY";
  return [approval(why, "APPROVAL_REQUIRED")];
}

interface Entry {
  readonly risk: string;
  readonly minimum: number;
  readonly contact: boolean;
}

function entryOf({ action_type }: ActionIntentV1, { catalogue }: Snapshot): Entry | undefined {
  const own = catalogue.TENANT.status === "absent" ? catalogue.GLOBAL : catalogue.TENANT;
  if (own.status === "absent") return BUILT_IN[action_type];
  if (own.status === "unreadable") return undefined;
  const { risk_tier, min_confidence, external_contact } = own.value;
  return { risk: risk_tier, minimum: min_confidence, contact: external_contact };
}

function risky(intent: ActionIntentV1, entry: Entry | undefined): Match[] {
  const unknown = [approval("RISK_LEVEL_UNKNOWN", "RISK_LEVEL")];
  let risk = RISK_ORDER.indexOf(entry?.risk ?? "none");
  if ("risk_level" in intent) {
    const said = RISK_ORDER.indexOf(
      typeof intent.risk_level === "string" ? asciiWord(intent.risk_level) : "none",
    );
    if (said === -1) return unknown;
    risk = Math.max(risk, said);
  }
  if (risk === -1) return unknown;
  if (risk > 2) return [approval("RISK_LEVEL_HIGH", "RISK_LEVEL")];
  return risk === 2 ? [approval("RISK_LEVEL_MEDIUM", "RISK_LEVEL")] : [];
}

/** In upper case and without the space around it, as far as both are ASCII's. */
function asciiWord(text: string): string {
  const upper = text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  return upper.replaceAll(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");
}

function unconfident(intent: ActionIntentV1, entry: Entry | undefined): Match[] {
  const confidence = intent.confidence_score;
  if (confidence === undefined || confidence === null) {
    return [approval("CONFIDENCE_MISSING", "CONFIDENCE")];
  }
  if (typeof confidence !== "number" || !(confidence >= 0 && confidence <= 1)) {
    return [approval("CONFIDENCE_INVALID", "CONFIDENCE")];
  }
  const needed = Math.max(0.7, entry?.minimum ?? 0);
  return confidence < needed ? [approval("CONFIDENCE_BELOW_THRESHOLD", "CONFIDENCE")] : [];
}

function otherPolicy({ activePolicy: { TENANT, GLOBAL } }: Snapshot): Match[] {
  const policy = TENANT.status === "absent" ? GLOBAL : TENANT;
  if (policy.status === "absent") return [];
  if (policy.status === "readable" && policy.value.policy_version === "AutoApprovalPolicyV1") {
    return [];
  }
  return [approval("POLICY_ERROR", "POLICY_ERROR")];
}

function held(primary: Match, matches: Match[], context: Context): ReferenceAnswer {
  const onlyProposed = matches.some(({ reason }) => reason === "PROPOSE_ONLY");
  return {
    ...context,
    ...primary,
    all: matches.map(({ reason, clause }) => `${reason} · ${clause}`),
    executableAfterApproval: primary.decision !== "BLOCK" && !onlyProposed,
  };
}

function withBudget(intent: ActionIntentV1, facts: Snapshot, context: Context): ReferenceAnswer {
  const { account, accountActionType, tenant } = facts.budgets;
  const config = account.status === "absent" ? tenant : account;
  if (
    config.status !== "readable" ||
    accountActionType.status === "unreadable" ||
    facts.budgetState.status === "unreadable"
  ) {
    const missing = approval("BUDGET_NOT_CONFIGURED", "BUDGET_CONFIG");
    return held(missing, [missing], context);
  }
  const cap =
    accountActionType.status === "readable"
      ? accountActionType.value.max_autonomous_per_day
      : config.value.max_per_action_type?.[intent.action_type];
  const { date_key, used, usedOfType, limit } = standing(intent, facts, config.value);
  if (used >= limit) {
    const day = approval("BUDGET_EXHAUSTED", "BUDGET_DAY");
    return { ...held(day, [day], context), budget: { date_key, limit, used, limited_by: "DAY" } };
  }
  if (cap !== undefined && usedOfType >= cap) {
    const byType = approval("BUDGET_EXHAUSTED", "BUDGET_ACTION_TYPE");
    const budget = { date_key, limit: cap, used: usedOfType, limited_by: "ACTION_TYPE" };
    return { ...held(byType, [byType], context), budget };
  }
  return {
    ...context,
    decision: "AUTO_EXECUTE",
    reason: "POLICY_ALLOWED",
    clause: "AUTO_EXECUTE_ALLOWED",
    all: ["POLICY_ALLOWED · AUTO_EXECUTE_ALLOWED"],
    executableAfterApproval: true,
    budget: { date_key, limit, limited_by: "DAY" },
  };
}

/** What is used of the day's limit, and that limit. */
function standing(
  intent: ActionIntentV1,
  { budgetState, calendar }: Snapshot,
  budget: StoredBudget,
) {
  const today = dayIn(budget.timezone ?? "UTC", calendar.epochMs);
  const open = budgetState.status === "readable" ? budgetState.value.openDay : undefined;
  if (open !== undefined && open.dateKey >= today) {
    return {
      date_key: open.dateKey,
      used: open.count,
      usedOfType: open.countByType.get(intent.action_type) ?? 0,
      limit: limitAfterDisuse(budget, open.dateKey, open.previousConsumedOn),
    };
  }
  const lastUse = (open?.count ?? 0) > 0 ? open?.dateKey : open?.previousConsumedOn;
  const limit = limitAfterDisuse(budget, today, lastUse);
  return { date_key: today, used: 0, usedOfType: 0, limit };
}

function limitAfterDisuse(budget: StoredBudget, day: string, lastUse: string | undefined): number {
  let limit = budget.max_autonomous_per_day;
  if (budget.decay_if_unused !== true) return limit;
  const since: string[] = lastUse === undefined ? [] : [lastUse];
  if (budget.updated_at !== undefined) {
    since.push(dayIn(budget.timezone ?? "UTC", Date.parse(budget.updated_at)));
  }
  const last = since.sort().at(-1);
  let days = last === undefined ? 1e9 : (Date.parse(day) - Date.parse(last)) / 86_400_000;
  for (; days >= 7 && limit > 1; days -= 7) limit = Math.floor(limit / 2);
  return limit;
}

/** Milliseconds are all that `Date` reads: a finer fraction is later than them. */
function isAfter(instant: string, now: number): boolean {
  const finer = /\.\d{3}\d*[1-9]/.test(instant);
  const ms = Date.parse(instant);
  return ms > now || (ms === now && finer);
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

function dayIn(timeZone: string, epochMs: number): string {
  const format =
    FORMATS.get(timeZone) ?? new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
  FORMATS.set(timeZone, format);
  return format.format(epochMs);
}
