import {
  ALL_TENANTS,
  ApiKeyV1,
  isWithin,
  KeyId,
  Limits,
  mayActAs,
  type Role,
  Roles,
  type TenantBinding,
} from "@autonomy-gate/core/access";
import { type ConfigScope, scopeOf } from "@autonomy-gate/core/configuration";
import { instantMs } from "@autonomy-gate/core/day";
import * as z from "zod";
import type { Credential } from "../auth/credential.ts";
import { json, NONE } from "../http/answer.ts";
import { HttpError, invalid } from "../http/errors.ts";
import { nextToken, PAGE_DEFAULT, PageQuery, placeIn } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { keysBody, NamedScope, OWN_TENANT_OR_EVERY } from "../http/scope.ts";
import { makeKey } from "../keys/api-key.ts";
import { firstRole, listedKey } from "../keys/api-keys.ts";
import { makeChange, notFound } from "./write.ts";

const Listed = z
  .object({ ...ApiKeyV1.shape, roles: Roles })
  .omit({ sha256: true, role: true })
  .meta({ id: "ApiKeyV1" });

const NewKey = Listed.extend({
  /** Shown this once and stored nowhere. */
  api_key: z.string(),
  /** The first of the roles asked for. */
  role: Roles.element,
});

const KeyBody = z.strictObject({
  tenant_id: ApiKeyV1.shape.tenant_id.optional(),
  roles: Roles,
  name: ApiKeyV1.shape.name,
  kind: ApiKeyV1.shape.kind.unwrap().optional(),
  ...Limits.shape,
  expires_at: ApiKeyV1.shape.expires_at,
});

export const listKeys = adminRoute({
  method: "get",
  path: "/keys",
  summary: "API keys, without what could be used of them",
  description:
    "Revoked and expired keys too, by their ids. Without tenant_id: the credential's own tenant, for the platform every key. A credential with limits sees the keys within them. A page may be short, even empty, and still have a next_token.",
  role: "admin",
  reach: OWN_TENANT_OR_EVERY,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: z.strictObject(PageQuery),
  body: NOTHING,
  success: z.object({ keys: z.array(Listed), next_token: z.string().optional() }),
  handle: async ({ scope, query, credential }, { keys }) => {
    const question = { list: "keys", scope };
    const after = placeIn(query.next_token, question, KeyId);
    const page = await keys.page({
      tenant_id: scope.kind === "GLOBAL" ? undefined : scope.tenant_id,
      shows: (key) => isWithin(key, credential.limits),
      limit: query.limit ?? PAGE_DEFAULT,
      after,
    });
    return json({
      keys: page.items.map(({ roles, ...key }) => ({ ...key, roles: [...roles] })),
      ...nextToken(page, question),
    });
  },
});

export const createKey = adminRoute({
  method: "post",
  path: "/keys",
  summary: "Make an API key, shown this once",
  description:
    'A key is one principal, whoever uses it: a person with a login and a key is two principals. The key has no more roles and no wider limits than the credential that makes it. A platform credential names the tenant, or `"*"` for a key of all tenants.',
  role: "admin",
  reach: OWN_TENANT_OR_EVERY,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: KeyBody,
  success: NewKey,
  handle: async (request, ports) => {
    const { scope, body, credential, calendar } = request;
    const tenant_id = bindingOf(scope, body.tenant_id, credential);
    requireMayGrant(body, credential);
    const { expires_at } = body;
    if (expires_at !== undefined && instantMs(expires_at) <= calendar.epochMs) {
      throw invalid([{ path: "body.expires_at", message: "must be in the future" }]);
    }
    const making = { created_by: credential.actor, created_at: calendar.instant };
    const { stored, api_key } = makeKey({ ...body, tenant_id }, making);
    const object = { kind: "API_KEY", key_id: stored.key_id } as const;
    await makeChange(
      { scope: scopeOfKey(stored), object, action: "POST /keys", after: stored },
      request,
      ports,
    );
    const { roles, ...key } = listedKey(stored);
    return json({ ...key, api_key, role: firstRole(body.roles), roles: [...roles] });
  },
});

export const revokeKey = adminRoute({
  method: "delete",
  path: "/keys/{key_id}",
  summary: "Revoke an API key: it is refused from then on",
  description: "The key stays in the list, so that the audit trail names a known key.",
  role: "admin",
  reach: OWN_TENANT_OR_EVERY,
  limited: "FILTERED",
  params: z.strictObject({ key_id: KeyId }),
  query: NO_FIELDS,
  body: keysBody({ tenant_id: NamedScope.shape.tenant_id }),
  success: NOTHING,
  handle: async (request, ports) => {
    const { scope, params, credential, calendar } = request;
    const object = { kind: "API_KEY", key_id: params.key_id } as const;
    const before = ApiKeyV1.safeParse(await ports.config.read({ scope, object })).data;
    if (before === undefined || !isOwn(before, scope, credential)) throw notFound();
    if (before.revoked_at !== undefined) return NONE;
    const after = { ...before, revoked_at: calendar.instant };
    await makeChange(
      { scope: scopeOfKey(before), object, action: "DELETE /keys", after },
      request,
      ports,
    );
    return NONE;
  },
});

/** Whose a new key is. Nobody gets one of all tenants by leaving something out. */
function bindingOf(
  scope: ConfigScope,
  asked: TenantBinding | undefined,
  credential: Credential,
): TenantBinding {
  if (asked === ALL_TENANTS && credential.tenant !== ALL_TENANTS) {
    throw new HttpError("FORBIDDEN", "Only a platform credential makes keys of all tenants.");
  }
  if (scope.kind === "GLOBAL") {
    if (asked === ALL_TENANTS) return asked;
    throw invalid([{ path: "tenant_id", message: "is needed" }]);
  }
  if (asked !== ALL_TENANTS) return scope.tenant_id;
  throw invalid([{ path: "tenant_id", message: "must be the same everywhere in the request" }]);
}

/** Throws a 403 when a credential would hand on more than it has. */
function requireMayGrant(
  key: Limits & { readonly roles: readonly Role[] },
  { roles, limits }: Credential,
): void {
  if (!key.roles.every((role) => mayActAs(roles, role))) {
    throw new HttpError("FORBIDDEN", "A key has no more roles than the credential that makes it.");
  }
  if (isWithin(key, limits)) return;
  throw new HttpError(
    "NOT_YOUR_ACCOUNT",
    "A key has no wider limits than the credential that makes it: name account_ids and action_types within its own.",
  );
}

/** Keys of others are told as if there were none. */
function isOwn(key: ApiKeyV1, scope: ConfigScope, { limits }: Credential): boolean {
  const ofScope = scope.kind === "GLOBAL" || key.tenant_id === scope.tenant_id;
  return ofScope && isWithin(key, limits);
}

/** Whose audit trail a change of a key stands in. */
function scopeOfKey({ tenant_id }: ApiKeyV1): ConfigScope {
  return tenant_id === ALL_TENANTS ? scopeOf() : scopeOf(tenant_id);
}
