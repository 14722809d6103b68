import fc from "fast-check";
import { StoredBudget } from "../src/budget/budget.ts";
import { NO_CEILINGS } from "../src/budget/ceiling.ts";
import type { ActionTypeEntry } from "../src/catalogue/action-type.ts";
import type { Snapshot } from "../src/gate/snapshot.ts";
import type { ActionIntentV1 } from "../src/intent/intent.ts";
import type { KillSwitches, StoredKillSwitch } from "../src/kill-switch/kill-switch.ts";
import { AUTONOMY_MODES } from "../src/mode/mode.ts";
import { ABSENT, type Stored } from "../src/stored.ts";
import { aBudgetState, actionType, anIntent, calendar, NO_STOPS, readable } from "./fixtures.ts";

/** Random intents and facts, made of the values at which answers change. */

export const TYPES = [
  "CREATE_INTERNAL_NOTE",
  "FETCH_ACCOUNT_NEWS",
  "CREATE_OPPORTUNITY",
  "REQUEST_RENEWAL_MEETING",
  "WIRE_MONEY",
].map(actionType);

/** From least to most severe. */
export const RISKS = ["MINIMAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;

/** Instants around the moments that matter, each with its days remembered. */
const CALENDARS = [
  "2026-11-22T09:30:01.120Z",
  "2026-11-21T23:59:59.999Z",
  "2026-11-22T00:00:00.000Z",
  "2026-11-22T23:30:00.000Z",
  "2026-10-25T00:30:00.000Z",
].map((instant) => calendar(instant));

const INSTANTS = [
  "2026-11-22T09:30:01.119Z",
  "2026-11-22T09:30:01.120Z",
  "2026-11-22T09:30:01.1200001Z",
  "2026-11-22T01:00:00+01:00",
  "2026-11-22T09:30Z",
  "2020-01-01T00:00:00Z",
  "2030-01-01T00:00Z",
] as const;

export const confidences: fc.Arbitrary<unknown> = fc.oneof(
  fc.double({ min: 0.5, max: 1, noNaN: true }),
  fc.constantFrom<unknown>(0.6, 0.65, 0.699, 0.7, 0.75, 0.8, 0.81, 1, 0),
  fc.constantFrom<unknown>(undefined, null, Number.NaN, 87, -0.1, Infinity, "0.91", true, {}),
);

const risks = fc.oneof(
  fc.constantFrom<unknown>(...RISKS, " high", "Critical ", "low\t", "mınımal", "\u00a0LOW"),
  fc.constantFrom<unknown>(undefined, undefined, undefined, "", "EXTREME", null, 3, ["LOW"]),
);

/** Makes intents fast: what is common to all was parsed once. */
const BASE = anIntent();

const anyIntents = fc.record({
  action_type: fc.constantFrom(...TYPES),
  confidence_score: confidences,
  risk_level: risks,
  expires_at: fc.constantFrom(undefined, undefined, ...INSTANTS),
});

/** Intents that nothing about themselves holds. */
const plausibleIntents = fc.record({
  action_type: fc.constantFrom(...TYPES.slice(0, 2)),
  confidence_score: fc.double({ min: 0.7, max: 1, noNaN: true }),
  risk_level: fc.constantFrom<unknown>(undefined, "LOW", "MINIMAL"),
  expires_at: fc.constantFrom(undefined, "2030-01-01T00:00:00Z"),
});

export const intents: fc.Arbitrary<ActionIntentV1> = fc
  .oneof(anyIntents, plausibleIntents)
  .map((more) => {
    const { expires_at, risk_level, confidence_score, ...rest } = { ...BASE, ...more };
    return {
      ...rest,
      ...(expires_at === undefined ? {} : { expires_at }),
      ...(risk_level === undefined ? {} : { risk_level }),
      ...(confidence_score === undefined ? {} : { confidence_score }),
    };
  });

/** Mostly absent, sometimes unreadable. */
export function stored<T>(values: fc.Arbitrary<T>, found = "garbage"): fc.Arbitrary<Stored<T>> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(ABSENT) },
    { weight: 5, arbitrary: values.map((value) => readable<T>(value)) },
    { weight: 1, arbitrary: fc.constant({ status: "unreadable", found } as const) },
  );
}

const modes = fc.constantFrom("AUTO_EXECUTE" as const, "AUTO_EXECUTE" as const, ...AUTONOMY_MODES);

const switches: fc.Arbitrary<StoredKillSwitch> = fc
  .record({
    engaged: fc.boolean(),
    effect: fc.constantFrom("BLOCK" as const, "REQUIRE_APPROVAL" as const),
    action_types: fc.option(fc.subarray(TYPES, { minLength: 1 })),
    expires_at: fc.option(fc.constantFrom(...INSTANTS)),
  })
  .map(({ engaged, effect, action_types, expires_at }) =>
    engaged
      ? {
          engaged,
          effect,
          ...(action_types === null ? {} : { action_types }),
          ...(expires_at === null ? {} : { expires_at }),
        }
      : { engaged },
  );

/** Switches in most snapshots would hide everything after them: they are rare. */
const rareSwitches: fc.Arbitrary<KillSwitches["GLOBAL"]> = fc.oneof(
  { weight: 16, arbitrary: fc.constant(ABSENT) },
  { weight: 2, arbitrary: switches.map((value) => readable(value)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("BLOCK" as const, "REQUIRE_APPROVAL" as const)
      .map((effect) => ({ status: "unreadable", effect }) as const),
  },
);

export const entries: fc.Arbitrary<ActionTypeEntry> = fc.record({
  risk_tier: fc.constantFrom("MINIMAL" as const, "LOW" as const, ...RISKS),
  min_confidence: fc.constantFrom(0, 0.65, 0.7, 0.8, 1),
  external_contact: fc.boolean(),
});

const ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"] as const;

const budgets = fc
  .record({
    max_autonomous_per_day: fc.constantFrom(0, 1, 2, 5, 40),
    max_per_action_type: fc.option(
      fc.dictionary(fc.constantFrom(...TYPES), fc.constantFrom(0, 1, 3), { maxKeys: 2 }),
    ),
    decay_if_unused: fc.option(fc.boolean()),
    timezone: fc.option(fc.constantFrom(...ZONES)),
    updated_at: fc.option(fc.constantFrom("2026-11-01T00:00:00Z", "2026-11-20T23:30:00Z")),
  })
  .map((budget) =>
    StoredBudget.parse(
      Object.fromEntries(Object.entries(budget).filter(([, value]) => value !== null)),
    ),
  );

const states = fc.oneof(
  fc.nat(2).map((fence) => readable({ fence })),
  fc
    .record({
      date_key: fc.constantFrom("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"),
      count: fc.constantFrom(0, 1, 2, 4, 5, 6),
      byType: fc.dictionary(fc.constantFrom(...TYPES), fc.nat(3), { maxKeys: 2 }),
      previous: fc.constantFrom("2026-10-01", "2026-11-14", "2026-11-15", "2026-11-19"),
    })
    .map((state) => aBudgetState(state)),
);

const none = fc.constant(ABSENT);
const activePolicies = fc.oneof(
  { weight: 12, arbitrary: none },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("AutoApprovalPolicyV1", "V9")
      .map((policy_version) => readable({ policy_version })),
  },
  { weight: 1, arbitrary: fc.constant({ status: "unreadable", found: "7" } as const) },
);

const storedStates = fc.oneof(
  { weight: 3, arbitrary: none },
  { weight: 12, arbitrary: states },
  { weight: 1, arbitrary: fc.constant({ status: "unreadable", found: "?" } as const) },
);

/** Most tenants have none. */
const ceilings = fc.oneof(
  { weight: 9, arbitrary: none },
  {
    weight: 3,
    arbitrary: budgets.map(({ decay_if_unused, ...ceiling }) => readable(ceiling)),
  },
  { weight: 1, arbitrary: fc.constant({ status: "unreadable", found: "?" } as const) },
);

export const snapshots: fc.Arbitrary<Snapshot> = fc.record({
  modes: fc.record({
    ACCOUNT_ACTION_TYPE: stored(modes),
    TENANT_ACTION_TYPE: stored(modes),
    ACCOUNT_DEFAULT: stored(modes),
    TENANT_DEFAULT: stored(modes),
    GLOBAL_DEFAULT: stored(modes),
  }),
  killSwitches: fc.record({
    GLOBAL: rareSwitches,
    TENANT_PLATFORM: rareSwitches,
    TENANT: rareSwitches,
    ACCOUNT_PLATFORM: rareSwitches,
    ACCOUNT: rareSwitches,
  }),
  catalogue: fc.record({ TENANT: stored(entries), GLOBAL: stored(entries) }),
  activePolicy: fc.record({ TENANT: activePolicies, GLOBAL: activePolicies }),
  budgets: fc.record({
    account: stored(budgets),
    accountActionType: stored(
      fc.constantFrom(0, 1, 3).map((max_autonomous_per_day) => ({ max_autonomous_per_day })),
    ),
    tenant: stored(budgets),
  }),
  budgetState: storedStates,
  ceilings: fc.record({ PLATFORM: ceilings, TENANT: ceilings }),
  tenantBudgetState: storedStates,
  calendar: fc.constantFrom(...CALENDARS),
});

/** Snapshots under which most intents run by themselves, so that what loosens them would show. */
export const permissiveSnapshots: fc.Arbitrary<Snapshot> = snapshots.map((snapshot) => ({
  ...snapshot,
  modes: { ...snapshot.modes, ACCOUNT_ACTION_TYPE: readable("AUTO_EXECUTE") },
  killSwitches: NO_STOPS,
  activePolicy: { TENANT: ABSENT, GLOBAL: ABSENT },
  budgetState: snapshot.budgetState.status === "unreadable" ? ABSENT : snapshot.budgetState,
  budgets: {
    account: readable(StoredBudget.parse({ max_autonomous_per_day: 40 })),
    accountActionType: ABSENT,
    tenant: ABSENT,
  },
  ceilings: NO_CEILINGS,
}));
