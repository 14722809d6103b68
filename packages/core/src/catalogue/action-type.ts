import * as z from "zod";
import { ActionType } from "../ids.ts";
import { RiskLevel } from "../intent/risk.ts";
import { Instant } from "../time.ts";

/** What is known of an action type: the authority on its risk, whatever an agent says. */
export const ActionTypeEntry = z.object({
  risk_tier: RiskLevel,
  /** The least confidence this type needs, 0 to 1; the policy's own minimum still holds. */
  min_confidence: z.number().min(0).max(1),
  /** Whether the action reaches people outside the company. */
  external_contact: z.boolean(),
});
export type ActionTypeEntry = z.infer<typeof ActionTypeEntry>;

/** An entry as configured for a tenant or for everyone. */
export const ActionTypeConfigV1 = ActionTypeEntry.extend({
  action_type: ActionType,
  updated_at: Instant,
  updated_by: z.string().optional(),
});
export type ActionTypeConfigV1 = z.infer<typeof ActionTypeConfigV1>;
