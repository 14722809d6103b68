import * as z from "zod";
import { DateKey } from "../time.ts";
import { LimitedBy } from "./limits/limits.ts";

/** The budget as a decision saw it. */
export const BudgetReport = z.looseObject({
  /** The day the claim counts for. */
  date_key: DateKey,
  timezone: z.string(),
  /** The limit in force: the one that `limited_by` names. */
  limit: z.int().min(0),
  /** Absent on AUTO_EXECUTE: parallel commits would make it a guess. */
  used: z.int().min(0).optional(),
  limited_by: LimitedBy,
  /** The limit, the day and the rest are those of all accounts of the tenant; absent: the account's. */
  scope: z.literal("TENANT").optional(),
  resets_at: z.string(),
  /** The configured daily limit, when disuse has lowered the one in force. */
  configured_limit: z.int().min(0).optional(),
  /** Full days without a consumption, when disuse has lowered the limit and they are known. */
  unused_days: z.int().min(0).optional(),
});
export type BudgetReport = z.infer<typeof BudgetReport>;
