import { ActionTypeConfigV1, ActionTypeEntry } from "@autonomy-gate/core/catalogue/action-type";
import { BUILT_IN_CATALOGUE } from "@autonomy-gate/core/catalogue/built-in";
import { scopeOf } from "@autonomy-gate/core/config/address";
import { mergedPage } from "@autonomy-gate/core/config/merged-page";
import { ActionType } from "@autonomy-gate/core/ids";
import type { ListedObject } from "@autonomy-gate/core/read-ports";
import * as z from "zod";
import { json, NONE } from "../http/answer.ts";
import { etagOf } from "../http/etag.ts";
import { nextToken, PAGE_MAX, PageQuery, placeIn } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { keysBody, NamedScope, OWN_TENANT_OR_GLOBAL } from "../http/scope.ts";
import { makeChange, writtenBy } from "./write.ts";

const ActionTypeConfig = z
  .object({
    ...ActionTypeConfigV1.partial({ updated_at: true }).shape,
    etag: z.string(),
  })
  .meta({ id: "ActionTypeConfigV1" });

/** What is in force for a type, and who says so. */
const ActionTypeInForce = z.object({
  action_type: z.string(),
  source: z.enum(["TENANT", "GLOBAL", "BUILT_IN"]),
  ...ActionTypeConfig.partial().omit({ action_type: true }).shape,
  /** The entry cannot be read: the type counts as unknown until it is put right. */
  unreadable: z.literal(true).optional(),
});
type ActionTypeInForce = z.infer<typeof ActionTypeInForce>;

/** DynamoDB holds no positive number below 1e-130, and nobody means one. */
const CONFIDENCE_STEP = 1e-6;

const ActionTypeBody = z.strictObject({
  tenant_id: NamedScope.shape.tenant_id,
  action_type: ActionType,
  ...ActionTypeEntry.shape,
  min_confidence: ActionTypeEntry.shape.min_confidence
    .refine((value) => value === 0 || value >= CONFIDENCE_STEP, "must be 0, or 0.000001 to 1")
    .meta({ example: 0.7 }),
});

export const listActionTypes = adminRoute({
  method: "get",
  path: "/action-types",
  summary: "The action types in force for a tenant, or for everyone",
  description:
    "A tenant's own entry, else a global one, else the built-in one: the first replaces the others whole. Without tenant_id: the credential's own tenant, for the platform everyone.",
  role: "viewer",
  reach: OWN_TENANT_OR_GLOBAL,
  params: NO_FIELDS,
  query: z.strictObject(PageQuery),
  body: NOTHING,
  success: z.object({
    action_types: z.array(ActionTypeInForce),
    next_token: z.string().optional(),
  }),
  handle: async ({ scope, query }, { listing }) => {
    const question = { list: "action-types", scope };
    const ofTenant = scope.kind === "TENANT" ? [{ scope, kind: "ACTION_TYPE" } as const] : [];
    const page = await mergedPage(
      listing,
      [{ scope: scopeOf(), kind: "ACTION_TYPE" }, ...ofTenant],
      { limit: query.limit ?? PAGE_MAX, after: placeIn(query.next_token, question) },
      BUILT_IN_CATALOGUE.keys(),
    );
    const action_types = page.items.map(({ name, found: [global, tenant] }) =>
      inForce(name, global, tenant),
    );
    return json({ action_types, ...nextToken(page, question) });
  },
});

export const putActionType = adminRoute({
  method: "put",
  path: "/action-types",
  summary: "Say what an action type is, for a tenant or for everyone",
  role: "admin",
  reach: OWN_TENANT_OR_GLOBAL,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: ActionTypeBody,
  success: z.object({ action_type: ActionTypeConfig }),
  handle: async (request, ports) => {
    const { scope, body } = request;
    const { tenant_id, ...entry } = body;
    const { action_type } = entry;
    const after = { ...entry, ...writtenBy(request) };
    const object = { kind: "ACTION_TYPE", action_type } as const;
    await makeChange({ scope, object, action: "PUT /action-types", after }, request, ports);
    const etag = etagOf(after);
    return json({ action_type: { ...after, etag } }, etag);
  },
});

export const deleteActionType = adminRoute({
  method: "delete",
  path: "/action-types/{type}",
  summary: "Remove an entry, so that the next one answers",
  role: "admin",
  reach: OWN_TENANT_OR_GLOBAL,
  params: z.strictObject({ type: ActionType }),
  query: NO_FIELDS,
  body: keysBody({ tenant_id: NamedScope.shape.tenant_id }),
  success: NOTHING,
  handle: async (request, ports) => {
    const { scope, params } = request;
    const object = { kind: "ACTION_TYPE", action_type: params.type } as const;
    await makeChange({ scope, object, action: "DELETE /action-types" }, request, ports);
    return NONE;
  },
});

function entryView(
  { name, attributes }: ListedObject,
  source: "TENANT" | "GLOBAL",
): ActionTypeInForce {
  const etag = etagOf(attributes);
  const entry = ActionTypeEntry.safeParse(attributes);
  if (!entry.success) return { action_type: name, source, unreadable: true, etag };
  const about = ActionTypeConfig.pick({ updated_at: true, updated_by: true }).safeParse(attributes);
  return { action_type: name, source, ...entry.data, ...about.data, etag };
}

/** The tenant's entry, else the global one, else the built-in one. */
function inForce(
  name: string,
  global: ListedObject | undefined,
  tenant: ListedObject | undefined,
): ActionTypeInForce {
  if (tenant !== undefined) return entryView(tenant, "TENANT");
  if (global !== undefined) return entryView(global, "GLOBAL");
  const builtIn = BUILT_IN_CATALOGUE.get(name);
  if (builtIn === undefined) throw new TypeError("Only built-in types are known beforehand.");
  return { action_type: name, source: "BUILT_IN", ...builtIn };
}
