import fc from "fast-check";
import { expect, test } from "vitest";
import { intents, permissiveSnapshots } from "../../test/arbitraries.ts";
import { anIntent, aRecord, aSnapshot } from "../../test/fixtures.ts";
import { outcomeOf } from "../outcome/outcome.ts";
import { ActionAutoApproved } from "../outcome/schema.ts";
import { ActionApproved, toActionApproved } from "./compat.ts";

test("an automatic approval has the five fields of ACTION_APPROVED and no others", () => {
  const { detail } = outcomeOf(aRecord(), JSON.stringify(anIntent()));
  const approved = toActionApproved(ActionAutoApproved.parse(JSON.parse(detail)));
  expect(approved).toStrictEqual({
    data: {
      action_intent_id: "ai_1769600000000_x7k2",
      tenant_id: "acme",
      account_id: "acct_42",
      approval_source: "POLICY",
      auto_executed: true,
    },
  });
});

test("every automatic approval has that shape, and no other outcome can be given it", () => {
  fc.assert(
    fc.property(intents, permissiveSnapshots, (intent, snapshot) => {
      const record = aRecord(intent, snapshot);
      const { detail } = outcomeOf(record, JSON.stringify(intent));
      const outcome = ActionAutoApproved.safeParse(JSON.parse(detail));
      expect(outcome.success).toBe(record.decision === "AUTO_EXECUTE");
      if (outcome.success) ActionApproved.parse(toActionApproved(outcome.data));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["one field more", { ...aShape().data, decision_id: "dec_1" }],
  ["one field less", { ...aShape().data, approval_source: undefined }],
  ["a person's approval", { ...aShape().data, approval_source: "HUMAN" }],
  ["an action that did not run by itself", { ...aShape().data, auto_executed: false }],
])("the shape is strict: refuses %s", (_, data) => {
  expect(ActionApproved.safeParse({ data }).success).toBe(false);
});

function aShape(): ActionApproved {
  const { detail } = outcomeOf(aRecord(anIntent(), aSnapshot()), JSON.stringify(anIntent()));
  return toActionApproved(ActionAutoApproved.parse(JSON.parse(detail)));
}
