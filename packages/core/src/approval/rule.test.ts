import { expect, test } from "vitest";
import { readable } from "../../test/fixtures.ts";
import { ABSENT } from "../stored.ts";
import { ApprovalRule, DEFAULT_APPROVAL_RULE, resolveApprovalRule } from "./rule.ts";

const NONE = {
  ACCOUNT_ACTION_TYPE: ABSENT,
  TENANT_ACTION_TYPE: ABSENT,
  ACCOUNT_DEFAULT: ABSENT,
  TENANT_DEFAULT: ABSENT,
  GLOBAL_DEFAULT: ABSENT,
};

const RULE = { ...DEFAULT_APPROVAL_RULE, votes_needed: 2, people_only: true };

test("a stored rule is read as it is", () => {
  expect(ApprovalRule.parse({ ...RULE, updated_at: "2026-11-22T09:30:00Z" })).toEqual(RULE);
});

test("people_only that is absent is false", () => {
  const { people_only, ...rest } = RULE;
  expect(ApprovalRule.parse(rest).people_only).toBe(false);
});

test("every other field that is absent has its strictest value", () => {
  expect(ApprovalRule.parse({})).toEqual({
    votes_needed: 5,
    expires_after_seconds: 300,
    valid_for_seconds: 60,
    comment_required: "ALWAYS",
    minimum_role: "admin",
    people_only: false,
  });
});

test.each([
  ["votes_needed", 0, 5],
  ["votes_needed", 6, 5],
  ["votes_needed", "1", 5],
  ["expires_after_seconds", 299, 300],
  ["expires_after_seconds", 2_592_001, 300],
  ["valid_for_seconds", 59, 60],
  ["valid_for_seconds", 1e9, 60],
  ["comment_required", "no", "ALWAYS"],
  ["minimum_role", "viewer", "admin"],
  ["people_only", "false", true],
  ["people_only", null, true],
])("a stored %s of %j counts as %j", (name, stored, strictest) => {
  expect(ApprovalRule.parse({ ...RULE, [name]: stored })).toEqual({ ...RULE, [name]: strictest });
});

test("without a rule at any level the default is in force", () => {
  expect(resolveApprovalRule(NONE)).toEqual({
    rule: DEFAULT_APPROVAL_RULE,
    source: "NOT_CONFIGURED",
  });
});

test("the first level with a rule answers, in the order of the modes' levels", () => {
  const levels = { ...NONE, GLOBAL_DEFAULT: readable(DEFAULT_APPROVAL_RULE) };
  expect(resolveApprovalRule(levels).source).toBe("GLOBAL_DEFAULT");
  expect(resolveApprovalRule({ ...levels, TENANT_DEFAULT: readable(RULE) })).toEqual({
    rule: RULE,
    source: "TENANT_DEFAULT",
  });
  const both = { ...levels, ACCOUNT_DEFAULT: readable(RULE), TENANT_ACTION_TYPE: readable(RULE) };
  expect(resolveApprovalRule(both).source).toBe("TENANT_ACTION_TYPE");
});
