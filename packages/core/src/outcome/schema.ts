import * as z from "zod";
import { OUTCOME_DETAIL_TYPE, SCHEMA_VERSION } from "../contract.ts";
import {
  AutoExecuteRecord,
  BlockRecord,
  GrantedBudget,
  LEDGER_ONLY,
  RequireApprovalRecord,
  SpentBudget,
} from "../decision/decision.ts";
import { ActionType } from "../ids.ts";
import { ActionIntentV1 } from "../intent/intent.ts";
import { AutonomyMode, ModeSource } from "../mode/mode.ts";
import { PolicyFacts } from "../policy/facts.ts";
import { BlockedReason } from "../policy/policy.ts";
import { UtcInstant } from "../time.ts";

/**
 * The outcomes as subscribers receive them: the record's own pieces, narrowed to what each of the
 * three can hold. Every object is open, since a later gate may add fields within a version.
 */

const DecisionId = z.string().regex(/^dec_[a-z2-7]{26}$/);

const Metadata = z.looseObject({
  event_id: DecisionId.describe("The decision_id: the same on every delivery. Deduplicate on it."),
  schema_version: z.literal(SCHEMA_VERSION),
  occurred_at: UtcInstant,
  trace_id: z.string().optional(),
  causation_id: z.string().optional().describe("The event_id of the intent."),
});

/** What every outcome's data says more narrowly than the record. */
const DATA = { decision_id: DecisionId, decided_at: UtcInstant };

/** Data of an intent that could be read. */
const DECIDED = {
  ...DATA,
  action_type: ActionType,
  mode_source: ModeSource,
  facts: PolicyFacts,
  intent: ActionIntentV1.describe("The intent's data as it was received."),
};

const RESETS_AT = { resets_at: UtcInstant };

const AutoApprovedData = AutoExecuteRecord.omit(LEDGER_ONLY).extend({
  ...DECIDED,
  autonomy_mode: AutonomyMode.extract(["AUTO_EXECUTE"]),
  budget: GrantedBudget.extend(RESETS_AT),
});

const ApprovalRequiredData = RequireApprovalRecord.omit(LEDGER_ONLY).extend({
  ...DECIDED,
  budget: SpentBudget.extend(RESETS_AT).optional(),
  executable_after_approval: z
    .boolean()
    .describe("False: the agent only proposes; a person carries it out."),
});

const BlockData = BlockRecord.omit(LEDGER_ONLY);

const BlockedData = z.discriminatedUnion("reason", [
  BlockData.extend({ ...DECIDED, reason: BlockedReason.exclude(["INVALID_INTENT"]) }),
  BlockData.extend({
    ...DATA,
    reason: BlockedReason.extract(["INVALID_INTENT"]),
    autonomy_mode: z.null(),
    mode_source: z.null(),
    facts: z.null(),
    intent: z.null(),
  }),
]);

/** The action may run now, by itself: its budget is spent and its decision recorded. */
export const ActionAutoApproved = z.looseObject({ metadata: Metadata, data: AutoApprovedData });
export type ActionAutoApproved = z.infer<typeof ActionAutoApproved>;

/** A person has to decide; `explanation` says why, in words for them. */
const ActionApprovalRequired = z.looseObject({
  metadata: Metadata,
  data: ApprovalRequiredData,
});

/** The action must not run; no approval may override it. */
const ActionBlocked = z.looseObject({ metadata: Metadata, data: BlockedData });

/** The detail of each outcome, by its detail-type. */
export const OUTCOME_DETAILS = {
  [OUTCOME_DETAIL_TYPE.AUTO_EXECUTE]: ActionAutoApproved,
  [OUTCOME_DETAIL_TYPE.REQUIRE_APPROVAL]: ActionApprovalRequired,
  [OUTCOME_DETAIL_TYPE.BLOCK]: ActionBlocked,
} as const;
