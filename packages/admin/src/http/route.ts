import type { Role } from "@autonomy-gate/core/access";
import type { ConfigScope } from "@autonomy-gate/core/configuration";
import type { Calendar } from "@autonomy-gate/core/day";
import { TenantId } from "@autonomy-gate/core/ids";
import { createRoute, type RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import type { Credential } from "../auth/credential.ts";
import type { AdminPorts } from "../ports.ts";
import { type Answer, documentedResponses } from "./answer.ts";
import { type LimitedUse, requireNamed, requireOwn } from "./limits.ts";
import { parse, queryObject, refuseForbiddenKeys } from "./parse.ts";
import type { Method, Preconditions } from "./preconditions.ts";
import { bindScope, NamedScope, type Reach, requireOwnTenant } from "./scope.ts";

/** What every handler may know of a request: who asks, when, and under which id. */
export interface Caller {
  readonly credential: Credential;
  readonly requestId: string;
  /** The one reading of the time that everything in the answer uses. */
  readonly calendar: Calendar;
  readonly preconditions: Preconditions;
}

/** A request whose sender may ask this, of this scope, with every part checked. */
interface AdminRequest<S, Params, Query, Body> extends Caller {
  readonly scope: S;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** A request as it came, its sender known. */
interface RawRequest extends Caller {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** JSON as it was parsed, `undefined` when there is none; throws a 400, 413 or 415. */
  readonly readBody: () => Promise<unknown>;
}

/** A part of a request that is not there. */
export const NOTHING = z.undefined();
export const NO_FIELDS = z.strictObject({});

interface RouteSpec<
  S extends ConfigScope,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Success extends z.ZodType,
> {
  readonly method: Method;
  /** OpenAPI's form: `/decisions/{action_intent_id}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may use it; of several, any one. */
  readonly role: Role | readonly Role[];
  readonly reach: Reach<S>;
  /** How a credential with limits may use it; default NAMED. */
  readonly limited?: LimitedUse;
  readonly params: Params;
  /** Beside what names the scope. */
  readonly query: Query;
  readonly body: Body;
  /** The body of a 200; `NOTHING`: the status is 204. */
  readonly success: Success;
  /** Media types of a 200 that is not JSON. */
  readonly texts?: readonly string[];
  /** Where in a body somebody is named, beside its own `tenant_id` and `account_id`: field by field. */
  readonly alsoNamedAt?: readonly (readonly string[])[];
  readonly handle: (
    request: AdminRequest<S, z.output<Params>, z.output<Query>, z.output<Body>>,
    ports: AdminPorts,
  ) => Promise<Answer<z.input<Success>>>;
}

/** A route as the app serves, documents and tests it, whatever it is about. */
export interface AdminRoute {
  readonly method: Method;
  readonly path: string;
  /** Whoever may act as one of them may use it. */
  readonly roles: readonly Role[];
  readonly limited: LimitedUse;
  /** Whom a request is about that names nobody. */
  readonly namingNobody: Reach["namingNobody"];
  readonly takesBody: boolean;
  readonly document: RouteConfig;
  /** Checks every part of a request and whom and what it names, then handles it. */
  answer(request: RawRequest, ports: AdminPorts): Promise<Answer<unknown>>;
}

/** The only way to make a route: parts, roles, tenant and limits are checked for every one alike. */
export function adminRoute<
  S extends ConfigScope,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Success extends z.ZodType,
>(spec: RouteSpec<S, Params, Query, Body, Success>): AdminRoute {
  const { method, path, reach, limited = "NAMED" } = spec;
  const roles = [spec.role].flat();
  const takesBody = !(spec.body instanceof z.ZodUndefined);
  const document = createRoute({
    method,
    path,
    operationId: operationIdOf(method, path),
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    security: [{ ApiKey: [] }, { Bearer: [] }],
    request: {
      params: spec.params,
      query: z.object({ ...documentedScope(reach, takesBody), ...spec.query.shape }),
      headers: documentedHeaders(method, roles),
      ...(takesBody
        ? {
            body: {
              required: !(spec.body instanceof z.ZodOptional),
              content: { "application/json": { schema: spec.body } },
            },
          }
        : {}),
    },
    responses: documentedResponses({ success: spec.success, takesBody, texts: spec.texts ?? [] }),
  });
  return {
    method,
    path,
    roles,
    limited,
    namingNobody: reach.namingNobody,
    takesBody,
    document,
    answer: async (raw, ports) => {
      const given = queryObject(raw.query);
      const { named, rest } = splitQuery(given, reach);
      const header = { "X-Tenant-Id": raw.headers.get("x-tenant-id") ?? undefined };
      // Before anything else is looked at: whose it is comes first.
      requireOwnTenant([named, { tenant_id: header["X-Tenant-Id"] }], raw.credential);
      const outside = [given, raw.params, typeInPath(raw.params)];
      requireOwn(outside, raw.credential);
      const json = await raw.readBody();
      const namers = [[], ...(spec.alsoNamedAt ?? [])].map((path) => fieldAt(json, path));
      requireOwnTenant(namers, raw.credential);
      requireOwn(namers, raw.credential);
      const inQuery = NamedScope.parse(parse(reach.query, named, "query"));
      const inHeader = { tenant_id: parse(TenantHeader, header, "header")["X-Tenant-Id"] };
      const params = parse(spec.params, raw.params, "path");
      const query = parse(spec.query, rest, "query");
      // Also where none is taken: what somebody sent is never passed over.
      refuseForbiddenKeys(json);
      const body = parse(spec.body, json, "body");
      const inBody = namers.map((namer) => NamedScope.safeParse(namer).data ?? {});
      const scope = bindScope([inQuery, inHeader, ...inBody], raw.credential, reach);
      requireNamed({ limited, scope, places: [...outside, ...namers] }, raw.credential);
      const { credential, requestId, calendar, preconditions } = raw;
      const caller = { credential, requestId, calendar, preconditions };
      return spec.handle({ ...caller, scope, params, query, body }, ports);
    },
  };
}

function splitQuery(given: Record<string, string>, { query }: Reach) {
  const names = new Set(Object.keys(query.shape));
  const entries = Object.entries(given);
  return {
    named: Object.fromEntries(entries.filter(([name]) => names.has(name))),
    rest: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
  };
}

/** What stands in a field of a field …; `undefined`: there is no such field. */
function fieldAt(json: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? Reflect.get(value, name)
        : undefined,
    json,
  );
}

/** `getConfigEffective`, `deleteActionTypesByType`: unique, since method and path are. */
export function operationIdOf(method: Method, path: string): string {
  const words = path.split("/").map((step) => step.replace(/^\{(.*)\}$/, "by-$1"));
  const capitals = words
    .flatMap((word) => word.split(/[-_.]/))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${method}${capitals.join("")}`;
}

const WHOSE: Readonly<Record<Reach["namingNobody"], string>> = {
  OWN: "Absent: the credential's own tenant. A credential for all tenants needs it, here, in the body or as X-Tenant-Id.",
  EVERYONE:
    "Absent: everyone, for a credential for all tenants only; another one needs its own tenant.",
  OWN_OR_EVERYONE:
    "Absent: the credential's own tenant; for a credential for all tenants, everyone.",
};

/** What names the scope, and whether the query is its only place. */
function documentedScope(reach: Reach, takesBody: boolean): z.ZodRawShape {
  const { account_id } = NamedScope.shape;
  const tenant_id = NamedScope.shape.tenant_id.meta({ description: WHOSE[reach.namingNobody] });
  if (!("account_id" in reach.query.shape)) return { tenant_id };
  if (!reach.needsAccount) return { tenant_id, account_id };
  return takesBody
    ? { tenant_id, account_id: account_id.meta({ description: "Needed, here or in the body." }) }
    : { tenant_id, account_id: account_id.unwrap() };
}

const TenantHeader = z.strictObject({ "X-Tenant-Id": TenantId.optional() });

/** An action type may be all that a path names. */
function typeInPath({ type }: Readonly<Record<string, string>>) {
  return { action_type: type };
}

/** Who changes objects that have an etag. */
const MAY_CHANGE: Readonly<Record<Role, boolean>> = {
  viewer: false,
  operator: true,
  admin: true,
  approver: false,
  executor: false,
};

/** If-Match is for those who change an object. */
function documentedHeaders(method: Method, roles: readonly Role[]): z.ZodObject {
  const entityTags = z.string().optional();
  if (method === "get") return TenantHeader.extend({ "If-None-Match": entityTags });
  const changes = method !== "post" && roles.some((role) => MAY_CHANGE[role]);
  if (!changes) return TenantHeader;
  return TenantHeader.extend({ "If-Match": entityTags, "If-None-Match": entityTags });
}
