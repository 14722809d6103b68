import { expect, test } from "vitest";
import * as budget from "../budget/budget.ts";
import * as mode from "../mode/mode.ts";
import * as policy from "../policy/policy.ts";
import type * as AutonomyTypes from "./autonomy-types.ts";

const IDS = { tenant_id: "acme", account_id: "acct_42", action_type: "CREATE_INTERNAL_NOTE" };
const UPDATED = { updated_at: "2026-11-22T09:30:00.000Z" };

/** Typed by the specification's names and made of plain texts: that this compiles is half the test. */
const config: AutonomyTypes.AutonomyModeConfigV1 = {
  ...IDS,
  ...UPDATED,
  mode: "PROPOSE_ONLY" satisfies AutonomyTypes.AutonomyMode,
  updated_by: "ops@acme",
  policy_version: "AutonomyModeConfigV1",
};
const input: AutonomyTypes.AutoApprovalPolicyInputV1 = {
  ...IDS,
  confidence_score: 0.91,
  risk_level: "LOW",
  lifecycle_state: "ACTIVE",
  autonomy_mode: "AUTO_EXECUTE",
};
const result: AutonomyTypes.AutoApprovalPolicyResultV1 = {
  decision: "BLOCK" satisfies AutonomyTypes.AutoApprovalDecision,
  reason: "ACTION_TYPE_DISABLED",
  explanation: "CREATE_INTERNAL_NOTE is disabled.",
  policy_version: "AutoApprovalPolicyV1",
  policy_clause: "DISABLED",
};
const terms: AutonomyTypes.AutonomyBudgetV1 = {
  tenant_id: "acme",
  account_id: "acct_42",
  ...UPDATED,
  max_autonomous_per_day: 5,
  max_per_action_type: { CREATE_INTERNAL_NOTE: 2 },
  decay_if_unused: true,
};
const state: AutonomyTypes.AutonomyBudgetStateV1 = {
  tenant_id: "acme",
  account_id: "acct_42",
  ...UPDATED,
  date_key: "2026-11-22",
  count: 3,
  counts_by_action_type: { CREATE_INTERNAL_NOTE: 2 },
};

test.each([
  ["AutonomyModeConfigV1", mode.AutonomyModeConfigV1, config],
  ["AutoApprovalPolicyInputV1", policy.AutoApprovalPolicyInputV1, input],
  ["AutoApprovalPolicyResultV1", policy.AutoApprovalPolicyResultV1, result],
  ["AutonomyBudgetV1", budget.AutonomyBudgetV1, terms],
  ["AutonomyBudgetStateV1", budget.AutonomyBudgetStateV1, state],
])("what callers write as %s, its schema reads as it is", (_, schema, written) => {
  expect(schema.parse(written)).toEqual(written);
});

test.each([
  ["a count of 0", { count: 0, counts_by_action_type: { CREATE_INTERNAL_NOTE: 0 } }, true],
  ["a negative count", { count: -1 }, false],
  ["half a unit", { counts_by_action_type: { CREATE_INTERNAL_NOTE: 0.5 } }, false],
  ["a negative count of a type", { counts_by_action_type: { CREATE_INTERNAL_NOTE: -1 } }, false],
])("a budget state has whole counts from 0 on: %s", (_, more, valid) => {
  expect(budget.AutonomyBudgetStateV1.safeParse({ ...state, ...more }).success).toBe(valid);
});
