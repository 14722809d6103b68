import type { ActionTypeEntry } from "./action-type.ts";

const EXTERNAL = { risk_tier: "HIGH", min_confidence: 0.75, external_contact: true } as const;
const RECORD = { risk_tier: "MEDIUM", min_confidence: 0.7, external_contact: false } as const;
const INTERNAL = { risk_tier: "LOW", min_confidence: 0.65, external_contact: false } as const;
const READING = { risk_tier: "MINIMAL", min_confidence: 0.6, external_contact: false } as const;

/** The catalogue in force where neither the tenant nor the operator has an entry of their own. */
export const BUILT_IN_CATALOGUE: ReadonlyMap<string, ActionTypeEntry> = new Map<
  string,
  ActionTypeEntry
>([
  ["REQUEST_RENEWAL_MEETING", EXTERNAL],
  ["REQUEST_DISCOVERY_CALL", EXTERNAL],
  ["REQUEST_STAKEHOLDER_INTRO", EXTERNAL],
  ["UPDATE_OPPORTUNITY_STAGE", RECORD],
  ["CREATE_OPPORTUNITY", RECORD],
  ["UPDATE_ACCOUNT_FIELDS", RECORD],
  ["CREATE_INTERNAL_NOTE", INTERNAL],
  ["CREATE_INTERNAL_TASK", INTERNAL],
  ["FLAG_FOR_REVIEW", INTERNAL],
  ["FETCH_ACCOUNT_NEWS", READING],
  ["ANALYZE_USAGE_PATTERNS", READING],
]);
