import { ALL_TENANTS } from "@autonomy-gate/core/access";
import { type ConfigScope, scopeOf } from "@autonomy-gate/core/configuration";
import { AccountId, TenantId } from "@autonomy-gate/core/ids";
import * as z from "zod";
import type { Credential } from "../auth/credential.ts";
import { HttpError, invalid } from "./errors.ts";

/** Whom a place in a request (query, header or body) names. */
export const NamedScope = z.object({
  tenant_id: TenantId.optional(),
  account_id: AccountId.optional(),
});
export type NamedScope = z.infer<typeof NamedScope>;

export type TenantScope = Extract<ConfigScope, { readonly kind: "TENANT" }>;
export type AccountScope = Extract<ConfigScope, { readonly kind: "ACCOUNT" }>;
type WideScope = Exclude<ConfigScope, AccountScope>;

/** What a route can be about. */
export interface Reach<S extends ConfigScope = ConfigScope> {
  /**
   * Whom a request is about that names nobody. OWN: the credential's tenant, else it is refused.
   * EVERYONE: what is global, for platform credentials alone. OWN_OR_EVERYONE: the credential's
   * tenant, for platform credentials what is global.
   */
  readonly namingNobody: "OWN" | "EVERYONE" | "OWN_OR_EVERYONE";
  /** The query parameters that name it. */
  readonly query: z.ZodObject;
  /** Whether a request without an account is refused. */
  readonly needsAccount: boolean;
  /** Throws a 400 when the request names too little for the route. */
  resolve(scope: ConfigScope): S;
}

const tenantQuery = z.strictObject({ tenant_id: TenantId.optional() });
const accountQuery = z.strictObject({
  tenant_id: TenantId.optional(),
  account_id: AccountId.optional(),
});

/** One account. */
export const ACCOUNT: Reach<AccountScope> = {
  namingNobody: "OWN",
  query: accountQuery,
  needsAccount: true,
  resolve: (scope) => {
    if (scope.kind === "ACCOUNT") return scope;
    throw missing(scope.kind === "GLOBAL" ? "tenant_id" : "account_id");
  },
};

/** A tenant as a whole. */
export const TENANT: Reach<TenantScope> = {
  namingNobody: "OWN",
  query: tenantQuery,
  needsAccount: false,
  resolve: (scope) => {
    if (scope.kind === "TENANT") return scope;
    if (scope.kind === "GLOBAL") throw missing("tenant_id");
    throw invalid([{ path: "account_id", message: "is not a known field" }]);
  },
};

/** A tenant, or one of its accounts. */
export const TENANT_OR_ACCOUNT: Reach<TenantScope | AccountScope> = {
  namingNobody: "OWN",
  query: accountQuery,
  needsAccount: false,
  resolve: (scope) => {
    if (scope.kind !== "GLOBAL") return scope;
    throw missing("tenant_id");
  },
};

/** A tenant, or with none named what is global. */
export const GLOBAL_OR_TENANT: Reach<WideScope> = {
  namingNobody: "EVERYONE",
  query: tenantQuery,
  needsAccount: false,
  resolve: (scope) => {
    if (scope.kind !== "ACCOUNT") return scope;
    throw invalid([{ path: "account_id", message: "is not a known field" }]);
  },
};

/** A tenant, by default the credential's own, or for the platform what is global. */
export const OWN_TENANT_OR_GLOBAL: Reach<WideScope> = {
  ...GLOBAL_OR_TENANT,
  namingNobody: "OWN_OR_EVERYONE",
};

/** A tenant, by default the credential's own, or for the platform all tenants together. */
export const OWN_TENANT_OR_EVERY: Reach<WideScope> = { ...GLOBAL_OR_TENANT, namingNobody: "OWN" };

/** Everyone, a tenant, or an account. */
export const ANY_SCOPE: Reach = {
  namingNobody: "EVERYONE",
  query: accountQuery,
  needsAccount: false,
  resolve: (scope) => scope,
};

/** The body that a DELETE may have: the keys that its query takes, in either place or in both. */
export function keysBody<Keys extends z.ZodRawShape>(keys: Keys) {
  return z.strictObject(keys).optional();
}

/** What the places of a request that name a thing say; throws a 400 when they disagree. */
export function agreed<T>(name: string, said: readonly (T | undefined)[]): T | undefined {
  const [value, ...others] = new Set(said.filter((one) => one !== undefined));
  if (others.length === 0) return value;
  throw invalid([{ path: name, message: "must be the same everywhere in the request" }]);
}

const NamesTenant = z.object({ tenant_id: TenantId });

/** Throws a 403 when a place names another tenant than the credential's, whatever else is in it. */
export function requireOwnTenant(places: readonly unknown[], { tenant }: Credential): void {
  if (tenant === ALL_TENANTS) return;
  for (const place of places) {
    const named = NamesTenant.safeParse(place);
    if (named.success && named.data.tenant_id !== tenant) throw forbiddenTenant();
  }
}

/**
 * The scope that a request is about: what its places name, together; the credential's own tenant
 * where they name none. Throws a 403 when one names another tenant than the credential's, or all of
 * them name nobody where that means everyone; a 400 when they disagree. The answer does not depend
 * on what exists.
 */
export function bindScope<S extends ConfigScope>(
  places: readonly NamedScope[],
  credential: Credential,
  reach: Reach<S>,
): S {
  requireOwnTenant(places, credential);
  const named = agreed(
    "tenant_id",
    places.map(({ tenant_id }) => tenant_id),
  );
  const account = agreed(
    "account_id",
    places.map(({ account_id }) => account_id),
  );
  const aboutEveryone =
    reach.namingNobody === "EVERYONE" && named === undefined && account === undefined;
  if (aboutEveryone && credential.tenant !== ALL_TENANTS) throw forbiddenTenant();
  const tenant = named ?? ownTenant(credential);
  if (tenant === undefined && account !== undefined) throw missing("tenant_id");
  return reach.resolve(scopeOf(tenant, account));
}

function ownTenant({ tenant }: Credential): TenantId | undefined {
  return tenant === ALL_TENANTS ? undefined : tenant;
}

function forbiddenTenant(): HttpError {
  return new HttpError("FORBIDDEN", "The credential is not for this tenant.");
}

function missing(name: string): HttpError {
  return invalid([{ path: name, message: "is needed" }]);
}
