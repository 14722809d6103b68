import * as z from "zod";
import { AccountId, ActionType, IntentId, TenantId } from "../ids.ts";
import { Instant } from "../time.ts";

const TEXT_LENGTH_MAX = 128;

const ShortText = z.string().max(TEXT_LENGTH_MAX, `must be at most ${TEXT_LENGTH_MAX} characters`);

/** An optional field as many serialisers write it: `null` where it is absent. */
function nullIsAbsent<S extends z.ZodType>(schema: S) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}

/** The ids without which a message has no decision and no tenant: it goes to quarantine. */
export const IntentIds = z.looseObject({
  tenant_id: TenantId,
  account_id: AccountId,
  action_intent_id: IntentId,
});

/**
 * What an agent wants to do, as Phase 3 publishes it. `null` for an optional field means that it is
 * absent. `confidence_score` and `risk_level` may be
 * anything: what is wrong with them has a decision of its own. Any other field is kept and echoed.
 */
export const ActionIntentV1 = IntentIds.extend({
  action_type: ActionType,
  confidence_score: z
    .unknown()
    .optional()
    .describe("A number from 0 to 1. Anything else is decided, as CONFIDENCE_INVALID."),
  risk_level: z
    .unknown()
    .optional()
    .describe("MINIMAL, LOW, MEDIUM, HIGH or CRITICAL. Anything else: RISK_LEVEL_UNKNOWN."),
  lifecycle_state: nullIsAbsent(ShortText),
  expires_at: nullIsAbsent(Instant).describe("From this instant on the action must not run."),
  target: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
export type ActionIntentV1 = z.infer<typeof ActionIntentV1>;

/** About the event, not the action: never part of the fingerprint. */
export const IntentMetadata = z.looseObject({
  event_id: nullIsAbsent(ShortText),
  trace_id: nullIsAbsent(ShortText),
});
export type IntentMetadata = z.infer<typeof IntentMetadata>;
