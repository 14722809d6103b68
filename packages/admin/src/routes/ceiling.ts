import { ALL_TENANTS } from "@autonomy-gate/core/access";
import { StoredCeiling, TenantCeilingV1 } from "@autonomy-gate/core/budget";
import type { ConfigAttributes } from "@autonomy-gate/core/configuration";
import * as z from "zod";
import type { Credential } from "../auth/credential.ts";
import { json, NONE } from "../http/answer.ts";
import { HttpError } from "../http/errors.ts";
import { etagOf } from "../http/etag.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { agreed, keysBody, TENANT } from "../http/scope.ts";
import { CeilingBody, CeilingOwner } from "./budget-body.ts";
import { CEILING_OBJECTS, type StoredCeilings, storedCeilings } from "./ceilings-read.ts";
import { tenantNow } from "./limits-now.ts";
import { makeChange, writtenBy } from "./write.ts";

const Ceiling = z
  .object({
    ...TenantCeilingV1.shape,
    updated_at: TenantCeilingV1.shape.updated_at.optional(),
    etag: z.string(),
  })
  .meta({ id: "TenantCeilingV1" });

const CeilingAnswer = z.object({
  /** What the platform set; `null`: nothing. */
  ceiling: z.union([Ceiling, z.null()]),
  /** What the tenant set for itself; `null`: nothing. */
  tenant_budget: z.union([Ceiling, z.null()]),
  /** Why nothing may run by itself although something is stored. */
  problem: z.string().optional(),
  /** The stricter of both; `null`: all accounts together are not limited. */
  effective_limit: z.int().min(0).nullable(),
  /** Automatic actions of today that were counted against a ceiling. */
  used_today: z.int().min(0),
  /** `null`: all accounts together are not limited. */
  remaining_today: z.int().min(0).nullable(),
});

const OwnerKey = z.strictObject({ owner: CeilingOwner.optional() });

export const getCeiling = adminRoute({
  method: "get",
  path: "/budget/ceiling",
  summary: "What all accounts of a tenant may do by themselves together, and what is left of it",
  description: "The ETag is that of the object which the credential's PUT would write.",
  role: "viewer",
  reach: TENANT,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: NOTHING,
  success: CeilingAnswer,
  handle: async ({ scope, calendar, credential }, ports) => {
    const stored = await storedCeilings(scope, ports.config);
    const own = stored[ownerOf(credential, undefined)];
    const now = await tenantNow(stored, scope, calendar, ports);
    return json({ ...views(stored, scope), ...now }, own && etagOf(own));
  },
});

export const putCeiling = adminRoute({
  method: "put",
  path: "/budget/ceiling",
  summary: "Limit all accounts of a tenant together, by day and by action type",
  description:
    "A platform credential sets the platform's ceiling, with `owner: TENANT` the tenant's own; a tenant's credential sets its own. Of both the stricter counts. When this answers, nothing automatic commits any more on an earlier ceiling.",
  role: "admin",
  reach: TENANT,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: CeilingBody,
  success: CeilingAnswer,
  handle: async (request, ports) => {
    const { scope, body, calendar, credential } = request;
    const { tenant_id, owner, ...terms } = body;
    const whose = ownerOf(credential, owner);
    const ids = { tenant_id: scope.tenant_id };
    const after = TenantCeilingV1.parse({ ...ids, ...terms, ...writtenBy(request) });
    const object = CEILING_OBJECTS[whose];
    await makeChange({ scope, object, action: "PUT /budget/ceiling", after }, request, ports);
    const stored = { ...(await storedCeilings(scope, ports.config)), [whose]: after };
    const now = await tenantNow(stored, scope, calendar, ports);
    return json({ ...views(stored, scope), ...now }, etagOf(after));
  },
});

export const deleteCeiling = adminRoute({
  method: "delete",
  path: "/budget/ceiling",
  summary: "Remove a limit on all accounts of a tenant together",
  description: "Which one: as for PUT.",
  role: "admin",
  reach: TENANT,
  params: NO_FIELDS,
  query: OwnerKey,
  body: keysBody({ ...TENANT.query.shape, ...OwnerKey.shape }),
  success: NOTHING,
  handle: async (request, ports) => {
    const { scope, query, body, credential } = request;
    const owner = agreed("owner", [query.owner, body?.owner]);
    const object = CEILING_OBJECTS[ownerOf(credential, owner)];
    await makeChange({ scope, object, action: "DELETE /budget/ceiling" }, request, ports);
    return NONE;
  },
});

/** Whose ceiling a credential writes. Throws a 403 when a tenant's names the platform's. */
function ownerOf({ tenant }: Credential, named: CeilingOwner | undefined): CeilingOwner {
  const ofPlatform = tenant === ALL_TENANTS;
  if (named === "PLATFORM" && !ofPlatform) {
    throw new HttpError(
      "FORBIDDEN",
      "Only the platform changes the ceiling that it set. Ask the platform's administrators.",
    );
  }
  return named ?? (ofPlatform ? "PLATFORM" : "TENANT");
}

function views({ PLATFORM, TENANT }: StoredCeilings, { tenant_id }: { tenant_id: string }) {
  return { ceiling: view(PLATFORM, tenant_id), tenant_budget: view(TENANT, tenant_id) };
}

/** `null`: there is none, or what is stored is none. */
function view(attributes: ConfigAttributes | undefined, tenant_id: string) {
  const stored = StoredCeiling.safeParse(attributes);
  if (attributes === undefined || !stored.success) return null;
  return Ceiling.safeParse({ ...stored.data, tenant_id, etag: etagOf(attributes) }).data ?? null;
}
