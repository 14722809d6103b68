import * as z from "zod";
import { AccountId, ActionType, TenantId } from "../ids.ts";
import { Instant } from "../time.ts";

/** What an agent may do with an action type, from most to least permissive. */
export const AUTONOMY_MODES = [
  "AUTO_EXECUTE",
  "APPROVAL_REQUIRED",
  "PROPOSE_ONLY",
  "DISABLED",
] as const;

export const AutonomyMode = z.enum(AUTONOMY_MODES);
export type AutonomyMode = z.infer<typeof AutonomyMode>;

/** The five levels a mode can be configured at; the first that is configured answers. */
export const MODE_LEVELS = [
  "ACCOUNT_ACTION_TYPE",
  "TENANT_ACTION_TYPE",
  "ACCOUNT_DEFAULT",
  "TENANT_DEFAULT",
  "GLOBAL_DEFAULT",
] as const;
export type ModeLevel = (typeof MODE_LEVELS)[number];

export const ModeSource = z.enum([...MODE_LEVELS, "NOT_CONFIGURED"]);
export type ModeSource = z.infer<typeof ModeSource>;

export const MODE_CONFIG_VERSION = "AutonomyModeConfigV1";

/**
 * The mode of one level. Without `action_type` it is the level's default, without `account_id` the
 * tenant's, without `tenant_id` the default for everyone (which has no action type).
 */
export const AutonomyModeConfigV1 = z
  .object({
    tenant_id: TenantId.optional(),
    account_id: AccountId.optional(),
    action_type: ActionType.optional(),
    mode: AutonomyMode,
    updated_at: Instant,
    /** Who changed it last; for audit. */
    updated_by: z.string().optional(),
    policy_version: z.string().default(MODE_CONFIG_VERSION),
  })
  .refine((config) => config.tenant_id !== undefined || config.account_id === undefined, {
    path: ["account_id"],
    error: "needs the tenant_id it belongs to",
  })
  .refine((config) => config.tenant_id !== undefined || config.action_type === undefined, {
    path: ["action_type"],
    error: "cannot be set globally: only the default can",
  });
export type AutonomyModeConfigV1 = z.infer<typeof AutonomyModeConfigV1>;

/**
 * A mode as a list shows it: whom it is for says its key. Items that others wrote need say no more
 * than the mode; what they say of the rest and makes no sense is not known.
 */
export const ListedModeConfig = z.object({
  ...AutonomyModeConfigV1.shape,
  updated_at: Instant.optional().catch(undefined),
  updated_by: z.string().optional().catch(undefined),
  policy_version: z.string().catch(MODE_CONFIG_VERSION),
});
export type ListedModeConfig = z.infer<typeof ListedModeConfig>;

/** All the gate needs of a stored mode; other attributes may be missing on items others wrote. */
export const StoredMode = z.object({ mode: AutonomyMode }).transform((item) => item.mode);
export type StoredMode = z.infer<typeof StoredMode>;
