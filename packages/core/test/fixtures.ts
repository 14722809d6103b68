import type { z } from "zod";
import { decisionId, sha256 } from "../src/adapters/node/digest.ts";
import { StoredBudget } from "../src/budget/budget.ts";
import { NO_CEILINGS } from "../src/budget/ceiling.ts";
import type { BudgetClaim } from "../src/budget/claim.ts";
import type { Counter } from "../src/budget/counter.ts";
import { budgetTerms } from "../src/budget/terms.ts";
import { type Calendar, calendarAt, DateKey, instantMs } from "../src/day.ts";
import type { DecisionRecord } from "../src/decision/decision.ts";
import { decideNow } from "../src/gate/decide-now.ts";
import { type ReceivedIntent, recordOf } from "../src/gate/received.ts";
import type { Snapshot, StoredFacts } from "../src/gate/snapshot.ts";
import { AccountId, type AccountRef, ActionType, TenantId } from "../src/ids.ts";
import { ActionIntentV1 } from "../src/intent/intent.ts";
import { ABSENT } from "../src/stored.ts";

/** When the fixtures' decisions are taken. */
export const NOW = "2026-11-22T09:30:01.120Z";

export const ACCOUNT: AccountRef = {
  tenant_id: TenantId.parse("acme"),
  account_id: AccountId.parse("acct_42"),
};

/** An action type of the built-in catalogue: risk LOW, no contact outside. */
export const NOTE = ActionType.parse("CREATE_INTERNAL_NOTE");

export function actionType(name: string): ActionType {
  return ActionType.parse(name);
}

export function day(text: string): DateKey {
  return DateKey.parse(text);
}

export function calendar(instant = NOW): Calendar {
  return calendarAt(instantMs(instant));
}

export function readable<const T>(value: T) {
  return { status: "readable", value } as const;
}

export function unreadable(found = "garbage") {
  return { status: "unreadable", found } as const;
}

/** A valid intent that runs by itself under `aSnapshot()`. */
export function anIntent(more: Partial<z.input<typeof ActionIntentV1>> = {}): ActionIntentV1 {
  return ActionIntentV1.parse({
    action_intent_id: "ai_1769600000000_x7k2",
    ...ACCOUNT,
    action_type: NOTE,
    confidence_score: 0.91,
    risk_level: "LOW",
    lifecycle_state: "ACTIVE",
    target: { entity_type: "ACCOUNT", entity_id: "acct_42" },
    parameters: { text: "Renewal call moved to Friday" },
    expires_at: "2026-12-22T09:30:00.000Z",
    ...more,
  });
}

/** An account's budget: 5 a day in UTC, unless told otherwise. */
export function aBudget(more: Partial<z.input<typeof StoredBudget>> = {}): StoredBudget {
  return StoredBudget.parse({
    max_autonomous_per_day: 5,
    updated_at: "2026-11-01T00:00:00.000Z",
    ...more,
  });
}

interface SnapshotParts {
  readonly modes?: Partial<StoredFacts["modes"]>;
  readonly killSwitches?: Partial<StoredFacts["killSwitches"]>;
  readonly catalogue?: Partial<StoredFacts["catalogue"]>;
  readonly activePolicy?: Partial<StoredFacts["activePolicy"]>;
  readonly budgets?: Partial<StoredFacts["budgets"]>;
  readonly budgetState?: StoredFacts["budgetState"];
  readonly ceilings?: Partial<StoredFacts["ceilings"]>;
  readonly tenantBudgetState?: StoredFacts["tenantBudgetState"];
  /** When it is read. */
  readonly at?: string;
}

/** No switch is set anywhere. */
export const NO_STOPS: StoredFacts["killSwitches"] = {
  GLOBAL: ABSENT,
  TENANT_PLATFORM: ABSENT,
  TENANT: ABSENT,
  ACCOUNT_PLATFORM: ABSENT,
  ACCOUNT: ABSENT,
};

/** Facts under which `anIntent()` runs by itself: the mode says so and 5 units are left. */
export function aSnapshot(parts: SnapshotParts = {}): Snapshot {
  return {
    modes: {
      ACCOUNT_ACTION_TYPE: readable("AUTO_EXECUTE"),
      TENANT_ACTION_TYPE: ABSENT,
      ACCOUNT_DEFAULT: ABSENT,
      TENANT_DEFAULT: ABSENT,
      GLOBAL_DEFAULT: ABSENT,
      ...parts.modes,
    },
    killSwitches: { ...NO_STOPS, ...parts.killSwitches },
    catalogue: { TENANT: ABSENT, GLOBAL: ABSENT, ...parts.catalogue },
    activePolicy: { TENANT: ABSENT, GLOBAL: ABSENT, ...parts.activePolicy },
    budgets: {
      account: readable(aBudget()),
      accountActionType: ABSENT,
      tenant: ABSENT,
      ...parts.budgets,
    },
    budgetState: parts.budgetState ?? ABSENT,
    ceilings: { ...NO_CEILINGS, ...parts.ceilings },
    tenantBudgetState: parts.tenantBudgetState ?? ABSENT,
    calendar: calendar(parts.at),
  };
}

/** The stored state of a budget with an open day: today with nothing spent, unless told otherwise. */
export function aBudgetState(
  more: {
    readonly date_key?: string;
    readonly count?: number;
    readonly byType?: Readonly<Record<string, number>>;
    readonly previous?: string;
    readonly fence?: number;
  } = {},
) {
  return readable({
    fence: more.fence ?? 0,
    openDay: {
      dateKey: day(more.date_key ?? "2026-11-22"),
      counts: countersOf(more.count ?? 0, more.byType),
      ...(more.previous === undefined ? {} : { previousConsumedOn: day(more.previous) }),
    },
  });
}

/** A day's counters as they are stored. */
export function countersOf(
  count: number,
  byType: Readonly<Record<string, number>> = {},
): ReadonlyMap<Counter, number> {
  const ofTypes = Object.entries(byType).map(
    ([type, typeCount]) => [`count#${type}`, typeCount] as const,
  );
  return new Map<Counter, number>([["count", count], ...ofTypes]);
}

/** What one action of a type asks of an account's budget. */
export function aClaim(type: ActionType = NOTE, budget: StoredBudget = aBudget()): BudgetClaim {
  const configs = { account: readable(budget), accountActionType: ABSENT, tenant: ABSENT };
  const answer = budgetTerms(configs, type, calendar());
  if (answer.status !== "configured") throw new TypeError(answer.problem);
  return { accountId: ACCOUNT.account_id, actionType: type, terms: answer.terms };
}

/** An intent as the consumer hands it to the gate. */
export function aReceived(intent: ActionIntentV1 = anIntent()): ReceivedIntent {
  return {
    tenant_id: intent.tenant_id,
    account_id: intent.account_id,
    action_intent_id: intent.action_intent_id,
    decision_id: decisionId(intent),
    fingerprint: sha256(JSON.stringify(intent)),
    trace_id: "trace-7",
    causation_id: "0192",
    content: { valid: true, intent },
  };
}

/** The ledger's entry for an intent that comes alone. */
export function aRecord(intent = anIntent(), snapshot = aSnapshot()): DecisionRecord {
  return recordOf(aReceived(intent), decideNow(intent, snapshot));
}
