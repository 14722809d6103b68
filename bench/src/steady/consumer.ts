import type { Consumer } from "@autonomy-gate/consumers/intents/consume-intents";
import { systemClock } from "@autonomy-gate/core/adapters";
import { NO_CEILINGS } from "@autonomy-gate/core/budget";
import { createTurns } from "@autonomy-gate/core/commit";
import { DateKey } from "@autonomy-gate/core/day";
import type { StoredFacts } from "@autonomy-gate/core/gate";
import { ABSENT } from "@autonomy-gate/core/values";

/** Facts under which the bench's automatic intents run by themselves. */
export function automaticFacts(): StoredFacts {
  const today = DateKey.parse(new Date().toISOString().slice(0, 10));
  return {
    modes: {
      ACCOUNT_ACTION_TYPE: ABSENT,
      TENANT_ACTION_TYPE: ABSENT,
      ACCOUNT_DEFAULT: ABSENT,
      TENANT_DEFAULT: { status: "readable", value: "AUTO_EXECUTE" },
      GLOBAL_DEFAULT: ABSENT,
    },
    killSwitches: {
      GLOBAL: ABSENT,
      TENANT_PLATFORM: ABSENT,
      TENANT: ABSENT,
      ACCOUNT_PLATFORM: ABSENT,
      ACCOUNT: ABSENT,
    },
    catalogue: { TENANT: ABSENT, GLOBAL: ABSENT },
    activePolicy: { TENANT: ABSENT, GLOBAL: ABSENT },
    budgets: {
      account: { status: "readable", value: { max_autonomous_per_day: 1_000_000 } },
      accountActionType: ABSENT,
      tenant: ABSENT,
    },
    budgetState: {
      status: "readable",
      value: { fence: 0, openDay: { dateKey: today, counts: new Map([["count", 0]]) } },
    },
    ceilings: NO_CEILINGS,
    tenantBudgetState: ABSENT,
  };
}

/** The consumer over ports that take everything at once: what is left is its own work. */
export function weightlessConsumer(): Consumer {
  const facts = automaticFacts();
  return {
    store: {
      readFacts: async (requests) => ({ replies: requests.map(() => ({ facts })) }),
      record: async () => ({ status: "recorded" }),
      recordClaims: async () => ({ status: "committed" }),
    },
    bus: { publish: async (outcomes) => outcomes.map(() => ({ accepted: true })) },
    quarantine: { put: async (messages) => messages.map(() => ({ accepted: true })) },
    clock: systemClock(),
    turns: createTurns(),
    telemetry: {
      retried: () => {},
      clockDiffers: () => {},
      decided: () => {},
      quarantined: () => {},
      failed: () => {},
      batch: () => {},
    },
    intentSources: ["cc-native.decision"],
  };
}
