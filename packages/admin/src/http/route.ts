import type { ConfigScope } from "@autonomy-gate/core/config/address";
import type { Calendar } from "@autonomy-gate/core/day";
import { TenantId } from "@autonomy-gate/core/ids";
import { createRoute, type RouteConfig } from "@hono/zod-openapi";
import * as z from "zod";
import type { Credential, Role } from "../auth/credential.ts";
import type { AdminPorts } from "../ports.ts";
import { type Answer, documentedResponses } from "./answer.ts";
import { parse, queryObject } from "./parse.ts";
import { bindScope, NamedScope, type Reach, requireOwnTenant } from "./scope.ts";

/** What every handler may know of a request: who asks, when, and under which id. */
export interface Caller {
  readonly credential: Credential;
  readonly requestId: string;
  /** The one reading of the time that everything in the answer uses. */
  readonly calendar: Calendar;
  readonly ifMatch: string | undefined;
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
  /** Parsed JSON, `undefined` when there is none; throws a 400, 413 or 415. */
  readonly readBody: () => Promise<unknown>;
}

/** A part of a request that is not there. */
export const NOTHING = z.undefined();
export const NO_FIELDS = z.strictObject({});

type Method = "get" | "put" | "post" | "delete";

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
  /** The least role that may use it. */
  readonly role: Role;
  readonly reach: Reach<S>;
  readonly params: Params;
  /** Beside what names the scope. */
  readonly query: Query;
  readonly body: Body;
  /** The body of a 200; `NOTHING`: the status is 204. */
  readonly success: Success;
  /** Media types of a 200 that is not JSON. */
  readonly texts?: readonly string[];
  /** What names somebody in a body, beside its own `tenant_id` and `account_id`. */
  readonly alsoNamedBy?: (body: z.output<Body>) => unknown;
  readonly handle: (
    request: AdminRequest<S, z.output<Params>, z.output<Query>, z.output<Body>>,
    ports: AdminPorts,
  ) => Promise<Answer<z.input<Success>>>;
}

/** A route as the app serves, documents and tests it, whatever it is about. */
export interface AdminRoute {
  readonly method: Method;
  readonly path: string;
  readonly role: Role;
  /** Whether a request that names nobody is about everyone. */
  readonly takesGlobal: boolean;
  readonly takesBody: boolean;
  readonly document: RouteConfig;
  /** Checks every part of a request and the tenant it names, then handles it. */
  answer(request: RawRequest, ports: AdminPorts): Promise<Answer<unknown>>;
}

/** The only way to make a route: parts, tenant and role are checked for every one alike. */
export function adminRoute<
  S extends ConfigScope,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Success extends z.ZodType,
>(spec: RouteSpec<S, Params, Query, Body, Success>): AdminRoute {
  const { method, path, role, reach } = spec;
  const takesBody = !(spec.body instanceof z.ZodUndefined);
  const document = createRoute({
    method,
    path,
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    security: [{ ApiKey: [] }, { Bearer: [] }],
    request: {
      params: spec.params,
      query: z.object({ ...reach.query.shape, ...spec.query.shape }),
      headers: documentedHeaders(method, role),
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
    role,
    takesGlobal: reach.global,
    takesBody,
    document,
    answer: async (raw, ports) => {
      const { named, rest } = splitQuery(queryObject(raw.query), reach);
      const places = [NamedScope.parse(parse(reach.query, named, "query")), inHeader(raw.headers)];
      // Before the rest is looked at: whose it is comes first.
      requireOwnTenant(places, raw.credential);
      const params = parse(spec.params, raw.params, "path");
      const query = parse(spec.query, rest, "query");
      // Also where none is taken: what somebody sent is never passed over.
      const body = parse(spec.body, await raw.readBody(), "body");
      for (const place of [body, spec.alsoNamedBy?.(body)]) {
        const inBody = NamedScope.safeParse(place);
        if (inBody.success) places.push(inBody.data);
      }
      const scope = bindScope(places, raw.credential, reach);
      const { credential, requestId, calendar, ifMatch } = raw;
      const caller = { credential, requestId, calendar, ifMatch };
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

const TenantHeader = z.strictObject({ "X-Tenant-Id": TenantId.optional() });

function inHeader(headers: Headers): NamedScope {
  const named = headers.get("x-tenant-id") ?? undefined;
  return { tenant_id: parse(TenantHeader, { "X-Tenant-Id": named }, "header")["X-Tenant-Id"] };
}

/** If-Match is for those who change an object. */
function documentedHeaders(method: Method, role: Role): z.ZodObject {
  const changes = role !== "viewer" && method !== "get";
  return changes ? TenantHeader.extend({ "If-Match": z.string().optional() }) : TenantHeader;
}
