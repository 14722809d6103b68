import { OUTCOME_DETAIL_TYPE, OUTCOME_SOURCE } from "@autonomy-gate/core/contract";
import type { Reason } from "@autonomy-gate/core/policy";
import { OUTCOME_RULE_PATTERN } from "@autonomy-gate/core/topology";
import type { Document } from "./json-schema.ts";

const source = [OUTCOME_SOURCE];

const BUDGET_REASONS: readonly Reason[] = ["BUDGET_EXHAUSTED", "BUDGET_NOT_CONFIGURED"];

/** EventBridge rule patterns for the usual subscriptions, by name. */
export const RULE_PATTERNS: Readonly<Record<string, Document>> = {
  "all-outcomes": { ...OUTCOME_RULE_PATTERN },
  /** What may run: Phase 4. */
  "auto-approved": { source, "detail-type": [OUTCOME_DETAIL_TYPE.AUTO_EXECUTE] },
  /** What waits for a person: the approval UI. */
  "approval-required": { source, "detail-type": [OUTCOME_DETAIL_TYPE.REQUIRE_APPROVAL] },
  /** Only BLOCK. */
  blocked: { source, "detail-type": [OUTCOME_DETAIL_TYPE.BLOCK] },
  /** Put your own tenant in the place of `acme`. */
  "one-tenant": { ...OUTCOME_RULE_PATTERN, detail: { data: { tenant_id: ["acme"] } } },
  /** What only a budget kept from running by itself. */
  "budget-refusals": {
    source,
    "detail-type": [OUTCOME_DETAIL_TYPE.REQUIRE_APPROVAL],
    detail: { data: { reason: BUDGET_REASONS } },
  },
};
