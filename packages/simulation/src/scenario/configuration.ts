import type { ConfigAddress, ConfigObject, ConfigScope } from "@autonomy-gate/core/configuration";
import { AccountId, ActionType, TenantId } from "@autonomy-gate/core/ids";
import type { Random } from "../random.ts";
import type { ChangeSpec, Scenario } from "./scenario.ts";

interface Account {
  readonly tenant_id: string;
  readonly account_id: string;
}

type InitialItem = Scenario["initial"][number];

const ZONES = ["UTC", "UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"];
const LIMITS = [0, 1, 2, 2, 3, 4, 6, 9, 100];
const NOTE = "CREATE_INTERNAL_NOTE";
const STAMP = "2026-03-01T00:00:00.000Z";

/** How budgets and limits are drawn in one run. */
export interface ConfigurationStyle {
  readonly zone: string;
  readonly decays: boolean;
  /** Every account may run by itself from the start. */
  readonly open: boolean;
}

export function pickStyle(
  random: Random,
  open: boolean,
  zone = random.pick(ZONES),
): ConfigurationStyle {
  return { zone, decays: random.chance(0.2), open };
}

/** What is configured before anything happens. */
export function initialItems(
  accounts: readonly Account[],
  style: ConfigurationStyle,
  random: Random,
): InitialItem[] {
  const items: InitialItem[] = [];
  const tenants = [...new Set(accounts.map(({ tenant_id }) => tenant_id))];
  if (random.chance(0.3)) items.push(mode("GLOBAL", "DEFAULT", anyMode(random, style)));
  if (random.chance(0.1)) items.push({ pk: "GLOBAL", sk: `ACTION_TYPE#${NOTE}`, ...entry(random) });
  for (const tenant of tenants) {
    const pk = `TENANT#${tenant}`;
    if (random.chance(0.4)) items.push(mode(pk, "DEFAULT", anyMode(random, style)));
    if (random.chance(0.2)) items.push(mode(pk, NOTE, anyMode(random, style)));
    if (random.chance(0.4)) items.push({ pk, sk: "BUDGET#CONFIG", ...budget(style, random) });
    items.push(...tenantEntries(pk, random));
  }
  for (const account of accounts) items.push(...accountItems(account, style, random));
  return items;
}

function tenantEntries(pk: string, random: Random): InitialItem[] {
  const items: InitialItem[] = [];
  if (random.chance(0.3)) items.push({ pk, sk: "ACTION_TYPE#OWN_TYPE", ...entry(random) });
  if (random.chance(0.15)) items.push({ pk, sk: `ACTION_TYPE#${NOTE}`, ...MILDEST_ENTRY });
  return items;
}

function accountItems(
  { tenant_id, account_id }: Account,
  style: ConfigurationStyle,
  random: Random,
): InitialItem[] {
  const pk = `TENANT#${tenant_id}#ACCOUNT#${account_id}`;
  const items: InitialItem[] = [];
  if (style.open || random.chance(0.7)) items.push(mode(pk, "DEFAULT", "AUTO_EXECUTE"));
  if (random.chance(0.15)) items.push(mode(pk, NOTE, anyMode(random, style)));
  if (style.open || random.chance(0.75)) {
    items.push({ pk, sk: "BUDGET#CONFIG", ...budget(style, random) });
  }
  if (random.chance(0.15)) {
    items.push({ pk, sk: `BUDGET#ACTION_TYPE#${NOTE}`, ...typeBudget(random) });
  }
  return items;
}

/** How the configuration is changed while intents are on their way. */
export interface ChangeStyle extends ConfigurationStyle {
  readonly count: number;
  readonly spanMs: number;
  readonly startEpochMs: number;
  /** Only stops, at this scope. */
  readonly stopsOnly?: ConfigScope["kind"];
  readonly corrupt: boolean;
}

export function createChanges(
  accounts: readonly Account[],
  style: ChangeStyle,
  random: Random,
): ChangeSpec[] {
  return Array.from({ length: style.count }, () => {
    const account = random.pick(accounts);
    const atMs = random.between(0, style.spanMs);
    if (style.stopsOnly !== undefined) {
      const scope = scopeOf(style.stopsOnly, account);
      return admin(atMs, { scope, object: killSwitch(random) }, stop(style, random));
    }
    if (style.corrupt && random.chance(0.3)) {
      return random.chance(0.2)
        ? entryItem(account, atMs, random)
        : corruption(account, atMs, random);
    }
    return anyChange(account, atMs, style, random);
  });
}

function anyChange(account: Account, atMs: number, style: ChangeStyle, random: Random): ChangeSpec {
  const kind = random.pick(["ACCOUNT", "ACCOUNT", "ACCOUNT", "TENANT", "GLOBAL"] as const);
  const scope = scopeOf(kind, account);
  const note = ActionType.parse(NOTE);
  const gone = random.chance(0.2);
  const put = (object: ConfigObject, after: Record<string, unknown>) =>
    admin(atMs, { scope, object }, gone ? undefined : after);
  switch (random.int(6)) {
    case 0:
    case 1:
      return put(killSwitch(random), stop(style, random));
    case 2: {
      const forType = kind !== "GLOBAL" && random.chance(0.4);
      const object = { kind: "MODE", ...(forType ? { action_type: note } : {}) } as const;
      return put(object, { mode: anyMode(random, style), updated_at: STAMP });
    }
    case 3:
      if (kind === "GLOBAL") return put({ kind: "ACTIVE_POLICY" }, policy(random));
      return put({ kind: "BUDGET" }, budget(style, random));
    case 4:
      if (kind !== "ACCOUNT") return put({ kind: "ACTION_TYPE", action_type: note }, entry(random));
      return put({ kind: "ACTION_TYPE_BUDGET", action_type: note }, typeBudget(random));
    default:
      if (kind === "ACCOUNT") return put({ kind: "BUDGET" }, budget(style, random));
      return put({ kind: "ACTIVE_POLICY" }, policy(random));
  }
}

/** Of either owner: each stops, and neither lifts the other's. */
function killSwitch(random: Random): ConfigObject {
  return { kind: "KILL_SWITCH", owner: random.pick(["PLATFORM", "TENANT"] as const) };
}

function scopeOf(kind: ConfigScope["kind"], account: Account): ConfigScope {
  const tenant_id = TenantId.parse(account.tenant_id);
  if (kind === "GLOBAL") return { kind };
  if (kind === "TENANT") return { kind, tenant_id };
  return { kind, tenant_id, account_id: AccountId.parse(account.account_id) };
}

function admin(
  atMs: number,
  address: ConfigAddress,
  after: Record<string, unknown> | undefined,
): ChangeSpec {
  return { kind: "admin", atMs, address, ...(after === undefined ? {} : { after }) };
}

const BROKEN_STOPS = [
  { engaged: "false" },
  { engaged: true },
  { engaged: true, effect: "BLOCK?" },
  {},
];

const GARBAGE: Readonly<Record<string, readonly object[]>> = {
  "AUTONOMY#DEFAULT": [{ mode: "AUTO" }, { mode: 7 }, {}],
  "BUDGET#CONFIG": [
    { max_autonomous_per_day: "100" },
    { max_autonomous_per_day: -1 },
    { max_autonomous_per_day: 1.5 },
    { max_autonomous_per_day: 5, timezone: "Mars/Olympus" },
    { max_autonomous_per_day: 5, max_per_action_type: { CREATE_INTERNAL_NOTE: null } },
    {},
  ],
  KILL_SWITCH: BROKEN_STOPS,
  "KILL_SWITCH#PLATFORM": BROKEN_STOPS,
  "POLICY#ACTIVE": [{ policy_version: "" }, { policy_version: 2 }],
  [`BUDGET#ACTION_TYPE#${NOTE}`]: [{ max_autonomous_per_day: null }, {}],
};

/** What a tenant's tool writes to be rid of a floor. */
const MILDEST_ENTRY = {
  risk_tier: "MINIMAL",
  min_confidence: 0,
  external_contact: false,
  updated_at: STAMP,
};

const BROKEN_ENTRIES = [{ ...MILDEST_ENTRY, risk_tier: "NONE" }, {}];

/** A tenant's tool loosens what it can reach, or the platform's floor breaks. */
function entryItem({ tenant_id }: Account, atMs: number, random: Random): ChangeSpec {
  const sk = `ACTION_TYPE#${NOTE}`;
  const item = random.chance(0.7)
    ? { pk: `TENANT#${tenant_id}`, sk, ...MILDEST_ENTRY }
    : { pk: "GLOBAL", sk, ...random.pick(BROKEN_ENTRIES) };
  return { kind: "raw", atMs, table: "config", item };
}

/** An item that is no longer what belongs there. */
function corruption({ tenant_id, account_id }: Account, atMs: number, random: Random): ChangeSpec {
  const sk = random.pick(Object.keys(GARBAGE));
  const pk =
    random.chance(0.6) || sk.startsWith("BUDGET#ACTION_TYPE") || sk === "POLICY#ACTIVE"
      ? `TENANT#${tenant_id}${sk === "POLICY#ACTIVE" ? "" : `#ACCOUNT#${account_id}`}`
      : `TENANT#${tenant_id}`;
  return {
    kind: "raw",
    atMs,
    table: "config",
    item: { pk, sk, ...random.pick(GARBAGE[sk] ?? []) },
  };
}

function mode(pk: string, type: string, value: string): InitialItem {
  return { pk, sk: `AUTONOMY#${type}`, mode: value, updated_at: STAMP };
}

function anyMode(random: Random, { open }: ConfigurationStyle): string {
  if (open || random.chance(0.6)) return "AUTO_EXECUTE";
  return random.pick(["APPROVAL_REQUIRED", "PROPOSE_ONLY", "DISABLED"]);
}

function budget({ zone, decays }: ConfigurationStyle, random: Random): Record<string, unknown> {
  return {
    max_autonomous_per_day: random.pick(LIMITS),
    updated_at: STAMP,
    ...(zone === "UTC" ? {} : { timezone: random.chance(0.9) ? zone : random.pick(ZONES) }),
    ...(decays ? { decay_if_unused: true } : {}),
    ...(random.chance(0.3) ? { max_per_action_type: { [NOTE]: random.pick(LIMITS) } } : {}),
  };
}

function typeBudget(random: Random): Record<string, unknown> {
  return { max_autonomous_per_day: random.pick(LIMITS), updated_at: STAMP };
}

function entry(random: Random): Record<string, unknown> {
  return {
    risk_tier: random.pick(["MINIMAL", "LOW", "LOW", "MEDIUM", "HIGH"]),
    min_confidence: random.pick([0.5, 0.7, 0.85, 0.95]),
    external_contact: random.chance(0.15),
    updated_at: STAMP,
  };
}

function policy(random: Random): Record<string, unknown> {
  return { policy_version: random.pick(["AutoApprovalPolicyV1", "AutoApprovalPolicyV9"]) };
}

function stop({ startEpochMs, spanMs }: ChangeStyle, random: Random): Record<string, unknown> {
  return {
    engaged: random.chance(0.65),
    effect: random.pick(["REQUIRE_APPROVAL", "BLOCK"]),
    reason: "simulated",
    ...(random.chance(0.2) ? { action_types: [NOTE] } : {}),
    ...(random.chance(0.15)
      ? { expires_at: new Date(Math.floor(startEpochMs + random.between(0, spanMs))).toISOString() }
      : {}),
    updated_at: STAMP,
    updated_by: "simulation",
  };
}
