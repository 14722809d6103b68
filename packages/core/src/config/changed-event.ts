import * as z from "zod";
import { SCHEMA_VERSION } from "../contract.ts";
import { AccountId, ActionType, TenantId } from "../ids.ts";
import { SwitchOwner } from "../kill-switch/applied.ts";
import { Rfc3339Instant } from "../time.ts";

const Attributes = z.record(z.string(), z.unknown());

/**
 * The detail of an `AutonomyConfigChanged` event: one object of the configuration was changed
 * through the admin API. Best effort; the audit entry is the truth.
 */
export const AutonomyConfigChanged = z.looseObject({
  metadata: z.looseObject({
    event_id: z.string(),
    schema_version: z.literal(SCHEMA_VERSION),
    occurred_at: Rfc3339Instant,
  }),
  data: z.looseObject({
    tenant_id: TenantId.nullable().describe("null: the change is global."),
    account_id: AccountId.nullable().describe("null: the change is for the whole tenant."),
    object: z.enum([
      "MODE",
      "APPROVAL_RULE",
      "BUDGET",
      "ACTION_TYPE_BUDGET",
      "KILL_SWITCH",
      "ACTION_TYPE",
      "ACTIVE_POLICY",
      "API_KEY",
    ]),
    action_type: ActionType.nullable(),
    owner: SwitchOwner.optional().describe("Whose kill switch it is."),
    ceiling: z
      .enum(["PLATFORM", "TENANT"])
      .optional()
      .describe(
        "Who sets the limit on all accounts of the tenant together that was changed; object is then BUDGET.",
      ),
    action: z.string().describe("What was done, such as PUT /config."),
    actor: z.string(),
    request_id: z.string(),
    before: Attributes.nullable().describe("null: there was no such object."),
    after: Attributes.nullable().describe("null: the object is gone."),
  }),
});
export type AutonomyConfigChanged = z.infer<typeof AutonomyConfigChanged>;
