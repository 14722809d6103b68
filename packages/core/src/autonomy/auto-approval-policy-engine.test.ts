import { expect, test } from "vitest";
import { AutoApprovalPolicyInputV1 } from "../policy/policy.ts";
import { AutoApprovalPolicyEngine } from "./auto-approval-policy-engine.ts";

test("claims nothing of where the mode is set: only its caller knows", async () => {
  const input = AutoApprovalPolicyInputV1.parse({
    tenant_id: "acme",
    account_id: "acct_42",
    action_type: "CREATE_INTERNAL_NOTE",
    confidence_score: 0.9,
    risk_level: "LOW",
    autonomy_mode: "DISABLED",
  });

  const { decision, explanation } = await new AutoApprovalPolicyEngine().evaluate(input);

  expect(decision).toBe("BLOCK");
  expect(explanation).toContain("(mode DISABLED, as given)");
});
