import type * as z from "zod";
import type * as budget from "../budget/budget.ts";
import type * as mode from "../mode/mode.ts";
import type * as policy from "../policy/policy.ts";

/**
 * The specification's types, as callers write them: what the schemas take. Ids are plain texts here;
 * the services read them through the schemas.
 */
export type AutonomyMode = z.input<typeof mode.AutonomyMode>;
export type AutonomyModeConfigV1 = z.input<typeof mode.AutonomyModeConfigV1>;
export type AutoApprovalDecision = z.input<typeof policy.AutoApprovalDecision>;
export type AutoApprovalPolicyInputV1 = z.input<typeof policy.AutoApprovalPolicyInputV1>;
export type AutoApprovalPolicyResultV1 = z.input<typeof policy.AutoApprovalPolicyResultV1>;
export type AutonomyBudgetV1 = z.input<typeof budget.AutonomyBudgetV1>;
export type AutonomyBudgetStateV1 = z.input<typeof budget.AutonomyBudgetStateV1>;
