import type { TenantCeilings } from "../budget/ceiling.ts";
import type { BudgetState } from "../budget/state.ts";
import type { BudgetConfigs } from "../budget/terms.ts";
import type { ConfiguredEntries } from "../catalogue/find-entry.ts";
import type { Calendar } from "../day.ts";
import type { KillSwitches } from "../kill-switch/kill-switch.ts";
import type { ModeLevels } from "../mode/resolve-mode.ts";
import type { PolicyPointers } from "../policy/registry.ts";
import type { Stored } from "../stored.ts";

/** What is stored that can concern one intent, all read in one go. */
export interface StoredFacts {
  readonly modes: ModeLevels;
  readonly killSwitches: KillSwitches;
  readonly catalogue: ConfiguredEntries;
  readonly activePolicy: PolicyPointers;
  readonly budgets: BudgetConfigs;
  readonly budgetState: Stored<BudgetState>;
  readonly ceilings: TenantCeilings;
  /** What the accounts of the tenant have spent together, since a ceiling is in force. */
  readonly tenantBudgetState: Stored<BudgetState>;
}

/** All the gate may know when it decides: what is stored, and what time it is. */
export interface Snapshot extends StoredFacts {
  readonly calendar: Calendar;
}
