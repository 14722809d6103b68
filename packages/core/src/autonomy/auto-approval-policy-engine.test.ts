import { expect, test } from "vitest";
import { AutoApprovalPolicyEngine } from "./auto-approval-policy-engine.ts";
import type { AutoApprovalPolicyInputV1 } from "./autonomy-types.ts";

const INPUT: AutoApprovalPolicyInputV1 = {
  tenant_id: "acme",
  account_id: "acct_42",
  action_type: "CREATE_INTERNAL_NOTE",
  confidence_score: 0.9,
  risk_level: "LOW",
  autonomy_mode: "AUTO_EXECUTE",
};

const engine = new AutoApprovalPolicyEngine();

test("allows what the policy allows, asked in plain texts", async () => {
  expect(await engine.evaluate(INPUT)).toMatchObject({
    decision: "AUTO_EXECUTE",
    reason: "POLICY_ALLOWED",
  });
});

test("claims nothing of where the mode is set: only its caller knows", async () => {
  const { decision, explanation } = await engine.evaluate({ ...INPUT, autonomy_mode: "DISABLED" });

  expect(decision).toBe("BLOCK");
  expect(explanation).toContain("(mode DISABLED, as given)");
});

test.each([
  ["tenant_id", "acme#ACCOUNT#x"],
  ["account_id", ""],
  ["action_type", "create_internal_note"],
  ["action_type", undefined],
  ["autonomy_mode", "YOLO"],
  ["lifecycle_state", 7],
])("allows nothing it cannot read, and says what: %s %j", async (field, value) => {
  const asked = JSON.parse(JSON.stringify({ ...INPUT, [field]: value }));

  const result = await engine.evaluate(asked);

  expect(result).toMatchObject({
    decision: "REQUIRE_APPROVAL",
    reason: "POLICY_ERROR",
    policy_clause: "POLICY_ERROR",
  });
  expect(result.explanation).toContain(field);
  expect(await engine.evaluate(asked)).toEqual(result);
});
