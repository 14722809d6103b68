import type * as z from "zod";
import { ABSENT, type Stored } from "../stored.ts";
import { AutonomyBudgetV1, StoredBudget } from "./budget.ts";

/** What all accounts of a tenant may do by themselves together, as the platform or the tenant set it. */
export const TenantCeilingV1 = AutonomyBudgetV1.omit({ account_id: true, decay_if_unused: true });
export type TenantCeilingV1 = z.infer<typeof TenantCeilingV1>;

/** A ceiling read back: only its terms must make sense. Whose it is says its key. */
export const StoredCeiling = StoredBudget.omit({ decay_if_unused: true });
export type StoredCeiling = z.infer<typeof StoredCeiling>;

/** The ceilings of a tenant, each by who set it. */
export interface TenantCeilings {
  readonly PLATFORM: Stored<StoredCeiling>;
  readonly TENANT: Stored<StoredCeiling>;
}

export const NO_CEILINGS: TenantCeilings = { PLATFORM: ABSENT, TENANT: ABSENT };
