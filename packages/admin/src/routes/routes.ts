import type { AdminRoute } from "../http/route.ts";
import { deleteActionType, listActionTypes, putActionType } from "./action-types.ts";
import { listAudit } from "./audit.ts";
import { exportAudit } from "./audit-export.ts";
import { deleteBudget, getBudget, putBudget } from "./budget.ts";
import { getBudgetState, putBudgetState } from "./budget-state.ts";
import { deleteCeiling, getCeiling, putCeiling } from "./ceiling.ts";
import { deleteMode, listModes, putMode } from "./config.ts";
import { getDecision, listDecisions } from "./decisions.ts";
import { effectiveMode } from "./effective.ts";
import { createKey, listKeys, revokeKey } from "./keys.ts";
import { getKillSwitch, putKillSwitch } from "./kill-switch.ts";
import { simulate } from "./simulate.ts";

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
  putBudgetState,
  getCeiling,
  putCeiling,
  deleteCeiling,
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
  listKeys,
  createKey,
  revokeKey,
];
