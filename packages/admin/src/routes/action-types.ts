import { coversActionType } from "@autonomy-gate/core/access";
import {
  ActionTypeConfigV1,
  ActionTypeEntry,
  BUILT_IN_CATALOGUE,
  type ConfigScope,
  EntryField,
  looserFields,
  mergedPage,
  scopeOf,
  stricterOf,
} from "@autonomy-gate/core/configuration";
import { ActionType } from "@autonomy-gate/core/ids";
import type { ListedObject } from "@autonomy-gate/core/ports";
import * as z from "zod";
import { json, NONE } from "../http/answer.ts";
import { HttpError } from "../http/errors.ts";
import { etagOf } from "../http/etag.ts";
import { nextToken, PAGE_MAX, PageQuery, placeIn } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { keysBody, NamedScope, OWN_TENANT_OR_GLOBAL } from "../http/scope.ts";
import type { AdminPorts } from "../ports.ts";
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
  /** Fields of the tenant's own entry that are looser than the platform's, and do not count. */
  below_floor: z.array(EntryField).optional(),
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
    "A global entry, which a tenant's own can only tighten, field by field; without one the tenant's own, else the built-in one. `source` is TENANT where a field of the tenant's own is the stricter. Without tenant_id: the credential's own tenant, for the platform everyone.",
  role: "viewer",
  reach: OWN_TENANT_OR_GLOBAL,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: z.strictObject(PageQuery),
  body: NOTHING,
  success: z.object({
    action_types: z.array(ActionTypeInForce),
    next_token: z.string().optional(),
  }),
  handle: async ({ scope, query, credential }, { listing }) => {
    const question = { list: "action-types", scope };
    const ofTenant = scope.kind === "TENANT" ? [{ scope, kind: "ACTION_TYPE" } as const] : [];
    const page = await mergedPage(
      listing,
      [{ scope: scopeOf(), kind: "ACTION_TYPE" }, ...ofTenant],
      { limit: query.limit ?? PAGE_MAX, after: placeIn(query.next_token, question) },
      BUILT_IN_CATALOGUE.keys(),
    );
    const own = page.items.filter(({ name }) => coversActionType(credential.limits, name));
    const action_types = own.map(({ name, found: [global, tenant] }) =>
      inForce(name, global, tenant),
    );
    return json({ action_types, ...nextToken(page, question) });
  },
});

export const putActionType = adminRoute({
  method: "put",
  path: "/action-types",
  summary: "Say what an action type is, for a tenant or for everyone",
  description:
    "A global entry is a floor: a tenant's entry that is looser in a field is 409 `BELOW_FLOOR`, and `issues` names the fields.",
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
    await refuseBelowFloor(entry, scope, ports);
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

/** Throws a 409 that names the fields in which a tenant's entry is looser than the global one. */
async function refuseBelowFloor(
  entry: ActionTypeEntry & { readonly action_type: ActionType },
  scope: ConfigScope,
  { config }: Pick<AdminPorts, "config">,
): Promise<void> {
  if (scope.kind === "GLOBAL") return;
  const { action_type } = entry;
  const stored = await config.read({
    scope: scopeOf(),
    object: { kind: "ACTION_TYPE", action_type },
  });
  // An unreadable floor holds the type back, whatever the tenant's entry is.
  const floor = ActionTypeEntry.safeParse(stored);
  if (!floor.success) return;
  const looser = looserFields(entry, floor.data);
  if (looser.length === 0) return;
  throw new HttpError(
    "BELOW_FLOOR",
    `The platform's entry of ${action_type} can only be tightened: ${looser.join(", ")} would loosen it.`,
    looser.map((field) => ({
      path: `body.${field}`,
      message: `is looser than the platform's ${floor.data[field]}`,
    })),
  );
}

/** A tenant's entry over the platform's, if there is one: the stricter value of each field. */
function tenantView(own: ListedObject, floor: ListedObject | undefined): ActionTypeInForce {
  const ownView = entryView(own, "TENANT");
  if (floor === undefined || ownView.unreadable) return ownView;
  const floorView = entryView(floor, "GLOBAL");
  if (floorView.unreadable) return floorView;
  const mine = ActionTypeEntry.parse(own.attributes);
  const theirs = ActionTypeEntry.parse(floor.attributes);
  const below_floor = looserFields(mine, theirs);
  return {
    ...(looserFields(theirs, mine).length > 0 ? ownView : floorView),
    ...stricterOf(mine, theirs),
    ...(below_floor.length === 0 ? {} : { below_floor }),
  };
}

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

/** The tenant's entry over the global one, else either, else the built-in one. */
function inForce(
  name: string,
  global: ListedObject | undefined,
  tenant: ListedObject | undefined,
): ActionTypeInForce {
  if (tenant !== undefined) return tenantView(tenant, global);
  if (global !== undefined) return entryView(global, "GLOBAL");
  const builtIn = BUILT_IN_CATALOGUE.get(name);
  if (builtIn === undefined) throw new TypeError("Only built-in types are known beforehand.");
  return { action_type: name, source: "BUILT_IN", ...builtIn };
}
