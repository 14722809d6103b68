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

/** EventBridge source and detail-type of a change made through the admin API. */
export const ADMIN_SOURCE = "autonomy.admin";
export const CONFIG_CHANGED_DETAIL_TYPE = "AutonomyConfigChanged";
