/** Names that cross the boundary. Changing one is a new version of the contract. */

/** The version of the `{ metadata, data }` envelope, of the intent and of the outcomes. */
export const SCHEMA_VERSION = "1";

/** EventBridge detail-type under which Phase 3 publishes an intent. */
export const INTENT_DETAIL_TYPE = "ActionIntentCreated";

/** EventBridge sources whose intents are accepted when nothing else is configured. */
export const DEFAULT_INTENT_SOURCES = ["cc-native.decision"] as const;

/** EventBridge source of every outcome. */
export const OUTCOME_SOURCE = "autonomy.gate";

/** The detail-type that carries each decision out of the gate. */
export const OUTCOME_DETAIL_TYPE = {
  AUTO_EXECUTE: "ActionAutoApproved",
  REQUIRE_APPROVAL: "ActionApprovalRequired",
  BLOCK: "ActionBlocked",
} as const;

export type OutcomeDetailType = (typeof OUTCOME_DETAIL_TYPE)[keyof typeof OUTCOME_DETAIL_TYPE];

/** The detail-type that tells of each way an approval closes. */
export const CLOSING_DETAIL_TYPE = {
  APPROVED: "ActionApproved",
  REJECTED: "ActionRejected",
  EXPIRED: "ActionApprovalExpired",
  HANDLED: "ActionHandled",
  WITHDRAWN: "ActionWithdrawn",
} as const;

export type ClosingDetailType = (typeof CLOSING_DETAIL_TYPE)[keyof typeof CLOSING_DETAIL_TYPE];

/** EventBridge detail-type under which a proposer takes an intent back. */
export const INTENT_WITHDRAWN_DETAIL_TYPE = "ActionIntentWithdrawn";

/** EventBridge source and detail-type of a change made through the admin API. */
export const ADMIN_SOURCE = "autonomy.admin";
export const CONFIG_CHANGED_DETAIL_TYPE = "AutonomyConfigChanged";
