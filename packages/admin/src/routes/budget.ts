import { coversActionType } from "@autonomy-gate/core/access";
import {
  ActionTypeBudgetV1,
  AutonomyBudgetV1,
  StoredActionTypeBudget,
  StoredBudget,
} from "@autonomy-gate/core/budget";
import {
  type ConfigAttributes,
  type ConfigObject,
  readBudget,
} from "@autonomy-gate/core/configuration";
import { ActionType } from "@autonomy-gate/core/ids";
import * as z from "zod";
import { json, NONE } from "../http/answer.ts";
import { invalid } from "../http/errors.ts";
import { etagOf } from "../http/etag.ts";
import { PAGE_MAX } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import {
  type AccountScope,
  agreed,
  keysBody,
  NamedScope,
  TENANT_OR_ACCOUNT,
  type TenantScope,
} from "../http/scope.ts";
import { BudgetBody } from "./budget-body.ts";
import { budgetNow, LimitNow } from "./budget-now.ts";
import { type Change, makeChange, scopeIds, writtenBy } from "./write.ts";

const Budget = z
  .object({
    ...AutonomyBudgetV1.shape,
    updated_at: AutonomyBudgetV1.shape.updated_at.optional(),
    etag: z.string(),
  })
  .meta({ id: "AutonomyBudgetV1" });

const ActionTypeBudget = z
  .object({
    ...ActionTypeBudgetV1.shape,
    updated_at: ActionTypeBudgetV1.shape.updated_at.optional(),
    etag: z.string(),
  })
  .meta({ id: "ActionTypeBudgetV1" });

const BudgetAnswer = z.object({
  /** The budget in force; `null`: nothing may run by itself. */
  config: z.union([Budget, z.null()]),
  /** Who set it: absent when nobody did. */
  source: z.enum(["ACCOUNT", "TENANT"]).optional(),
  /** Why `config` is null although something is stored. */
  problem: z.string().optional(),
  /** The daily limit today, after decay. */
  effective_limit: z.int().min(0).optional(),
  /** Absent for a tenant's default: only accounts spend. */
  remaining_today: z.int().min(0).optional(),
  /** Where the tenant's accounts are limited together too: both daily limits, the nearer one first. */
  limits: z.array(LimitNow).optional(),
  /** Daily caps that the account has for single types, beside those in `config`. */
  action_type_budgets: z.array(ActionTypeBudget).optional(),
  /** Present where the account has more of them than are listed: the first 100 by name. */
  action_type_budgets_complete: z.literal(false).optional(),
});

const BudgetKey = z.strictObject({ action_type: ActionType.optional() });

export const getBudget = adminRoute({
  method: "get",
  path: "/budget",
  summary: "The budget in force for an account, and what is left of it today",
  description: "Without account_id: the tenant's default.",
  role: "viewer",
  reach: TENANT_OR_ACCOUNT,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: NOTHING,
  success: BudgetAnswer,
  handle: async ({ scope, calendar, credential }, ports) => {
    const found = await readBudget(ports.config, scope);
    const source = found?.scope.kind;
    const etag =
      found !== undefined && source === scope.kind ? etagOf(found.attributes) : undefined;
    const config = found && budgetView(found.attributes, scopeIds(found.scope));
    if (scope.kind === "TENANT") {
      return json({ config: config ?? null, ...(config && { source }) }, etag);
    }
    const [caps, now] = await Promise.all([
      ports.listing.page(scope, "ACTION_TYPE_BUDGET", { limit: PAGE_MAX }),
      budgetNow(found?.attributes, scope, calendar, ports),
    ]);
    const own = caps.items.filter(({ name }) => coversActionType(credential.limits, name));
    const action_type_budgets = own.flatMap(({ name, attributes }) => {
      const ids = { ...scopeIds(scope), action_type: name };
      const stored = StoredActionTypeBudget.safeParse(attributes);
      const cap = ActionTypeBudget.safeParse({ ...stored.data, ...ids, etag: etagOf(attributes) });
      return cap.success ? [cap.data] : [];
    });
    return json(
      {
        config: config ?? null,
        ...(source && { source }),
        ...now,
        ...(action_type_budgets.length === 0 ? {} : { action_type_budgets }),
        ...(caps.next === undefined ? {} : { action_type_budgets_complete: false }),
      },
      etag,
    );
  },
});

export const putBudget = adminRoute({
  method: "put",
  path: "/budget",
  summary: "Set the budget of an account, a tenant's default, or the daily cap of one action type",
  role: "admin",
  reach: TENANT_OR_ACCOUNT,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: BudgetBody,
  success: z.object({ config: z.union([ActionTypeBudget, Budget]) }),
  handle: async (request, ports) => {
    const { scope, body } = request;
    const { tenant_id, account_id, action_type, ...terms } = body;
    const change = (object: ConfigObject, after: ConfigAttributes): Change => {
      return { scope, object, action: "PUT /budget", after };
    };
    if (action_type !== undefined) {
      const { max_autonomous_per_day } = terms;
      const owner = { ...scopeIds(accountOnly(scope)), action_type };
      const cap = ActionTypeBudgetV1.parse({
        ...owner,
        max_autonomous_per_day,
        ...writtenBy(request),
      });
      await makeChange(change({ kind: "ACTION_TYPE_BUDGET", action_type }, cap), request, ports);
      return json({ config: { ...cap, etag: etagOf(cap) } }, etagOf(cap));
    }
    const budget = AutonomyBudgetV1.parse({ ...scopeIds(scope), ...terms, ...writtenBy(request) });
    await makeChange(change({ kind: "BUDGET" }, budget), request, ports);
    return json({ config: { ...budget, etag: etagOf(budget) } }, etagOf(budget));
  },
});

export const deleteBudget = adminRoute({
  method: "delete",
  path: "/budget",
  summary: "Remove a budget, or with action_type the daily cap of that type",
  role: "admin",
  reach: TENANT_OR_ACCOUNT,
  params: NO_FIELDS,
  query: BudgetKey,
  body: keysBody({ ...NamedScope.shape, ...BudgetKey.shape }),
  success: NOTHING,
  handle: async (request, ports) => {
    const { scope, query, body } = request;
    const action_type = agreed("action_type", [query.action_type, body?.action_type]);
    const target: Pick<Change, "scope" | "object"> =
      action_type === undefined
        ? { scope, object: { kind: "BUDGET" } }
        : { scope: accountOnly(scope), object: { kind: "ACTION_TYPE_BUDGET", action_type } };
    await makeChange({ ...target, action: "DELETE /budget" }, request, ports);
    return NONE;
  },
});

/** Only accounts have caps of their own for a type; a tenant's default has its map. */
function accountOnly(scope: TenantScope | AccountScope): AccountScope {
  if (scope.kind === "ACCOUNT") return scope;
  throw invalid([{ path: "account_id", message: "is needed with action_type" }]);
}

/** `undefined`: what is stored is not a budget. */
function budgetView(attributes: ConfigAttributes, ids: object) {
  const stored = StoredBudget.safeParse(attributes);
  return Budget.safeParse({ ...stored.data, ...ids, etag: etagOf(attributes) }).data;
}
