import { ROUTES } from "../src/routes/routes.ts";
import type { Json } from "./open-admin.ts";
import { type MadeRequest, operationAt } from "./requests.ts";

/** Requests of the generated matrix, with a tenant and an account named in one place or another. */

/** Where a request names its tenant. */
export const PLACES = ["query", "header", "body"] as const;

/** The account that requests of the matrix are about. */
export const ACCOUNT = "acct_42";

/** Whether the route is about an account: then its document says so. */
export function accountNamed({ method, path }: MadeRequest): string | undefined {
  const route = ROUTES.find(
    (one) => one.method.toUpperCase() === method && pathPattern(one.path).test(path),
  );
  const query = route && operationAt(route.method, route.path).operation.parameters;
  return query?.some(({ name, in: place }) => name === "account_id" && place === "query")
    ? ACCOUNT
    : undefined;
}

function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

/** The request with a tenant, and an account, named in one place; an intent names them always. */
export function naming(
  request: MadeRequest,
  place: (typeof PLACES)[number],
  tenant: string | undefined,
  account: string | undefined,
): MadeRequest {
  const { account_id, ...others } = request.query;
  const inQuery = {
    ...others,
    ...(account === undefined ? {} : { account_id: account }),
    ...(place === "query" && tenant !== undefined ? { tenant_id: tenant } : {}),
  };
  const headers = place === "header" && tenant !== undefined ? { "X-Tenant-Id": tenant } : {};
  const body = bodyNaming(request.body, place === "body" ? tenant : undefined, tenant, account);
  return { ...request, query: inQuery, headers, ...(body === undefined ? {} : { body }) };
}

function bodyNaming(
  body: Json,
  named: string | undefined,
  tenant: string | undefined,
  account: string | undefined,
): Json {
  if (body === undefined) return undefined;
  const intent =
    "intent" in body
      ? {
          intent: {
            ...body.intent,
            ...(tenant === undefined ? {} : { tenant_id: tenant }),
            ...(account === undefined ? {} : { account_id: account }),
          },
        }
      : {};
  return { ...body, ...(named === undefined ? {} : { tenant_id: named }), ...intent };
}

/** An intent always names its tenant: here the one of the header. */
export function withoutTenant(request: MadeRequest): MadeRequest {
  const body: Json = request.body;
  if (body === undefined || !("intent" in body)) return request;
  return { ...request, body: { ...body, intent: { ...body.intent, tenant_id: "acme" } } };
}
