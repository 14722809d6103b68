/** The specification's services and types, over the same gate. */

export { AutoApprovalPolicyEngine } from "../autonomy/auto-approval-policy-engine.ts";
export {
  AutonomyBudgetService,
  type BudgetServicePorts,
} from "../autonomy/autonomy-budget-service.ts";
export { AutonomyModeService, type ModeServicePorts } from "../autonomy/autonomy-mode-service.ts";
export type {
  AutoApprovalDecision,
  AutoApprovalPolicyInputV1,
  AutoApprovalPolicyResultV1,
  AutonomyBudgetStateV1,
  AutonomyBudgetV1,
  AutonomyMode,
  AutonomyModeConfigV1,
} from "../autonomy/autonomy-types.ts";
