import { expect, test } from "vitest";
import { mayActAs, Role, Roles } from "./role.ts";

test.each<[Role, readonly Role[]]>([
  ["viewer", ["viewer"]],
  ["operator", ["viewer", "operator"]],
  ["admin", ["viewer", "operator", "admin", "approver", "executor"]],
  ["approver", ["viewer", "approver"]],
  ["executor", ["executor"]],
])("%s may act as %j and as nothing else", (role, included) => {
  expect(Role.options.filter((needed) => mayActAs([role], needed))).toEqual(included);
});

test("a set of roles may do what each of them may", () => {
  expect(mayActAs(["operator", "executor"], "executor")).toBe(true);
  expect(mayActAs(["operator", "executor"], "approver")).toBe(false);
  expect(mayActAs([], "viewer")).toBe(false);
});

test("a set of roles is neither empty nor names one twice", () => {
  expect(Roles.safeParse([]).success).toBe(false);
  expect(Roles.safeParse(["viewer", "viewer"]).success).toBe(false);
});
