import type { AdminRoute } from "./http/route.ts";
import { deleteActionType, listActionTypes, putActionType } from "./routes/action-types.ts";
import { listAudit } from "./routes/audit.ts";
import { exportAudit } from "./routes/audit-export.ts";
import { deleteBudget, getBudget, putBudget } from "./routes/budget.ts";
import { getBudgetState } from "./routes/budget-state.ts";
import { deleteMode, listModes, putMode } from "./routes/config.ts";
import { getDecision, listDecisions } from "./routes/decisions.ts";
import { effectiveMode } from "./routes/effective.ts";
import { getKillSwitch, putKillSwitch } from "./routes/kill-switch.ts";
import { simulate } from "./routes/simulate.ts";

/**
 * Every route that needs a credential. What is served, documented and tested comes from here, so
 * that a new route is covered by adding it.
 */
export const ROUTES: readonly AdminRoute[] = [
  listModes,
  putMode,
  deleteMode,
  effectiveMode,
  getBudget,
  putBudget,
  deleteBudget,
  getBudgetState,
  listActionTypes,
  putActionType,
  deleteActionType,
  getKillSwitch,
  putKillSwitch,
  listDecisions,
  getDecision,
  simulate,
  listAudit,
  exportAudit,
];
