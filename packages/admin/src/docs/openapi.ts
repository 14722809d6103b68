import { OpenAPIHono } from "@hono/zod-openapi";
import * as z from "zod";
import { errorResponse } from "../http/answer.ts";
import { operationIdOf } from "../http/route.ts";
import { NEXT_TOKEN_HEADER } from "../routes/audit-export.ts";
import { ROUTES } from "../routes/routes.ts";

const DESCRIPTION = `Modes, budgets, action types, kill switches, decisions and the audit trail of the autonomy gate.

A credential is bound to one tenant, or to all. Name a tenant by \`tenant_id\` in the query or the body, or by \`X-Tenant-Id\`; naming another than the credential's is 403. A DELETE takes its keys in the query or in a JSON body; where places of a request disagree, it is 400. A GET has no body: one that is sent is not looked at. Every configuration object carries its \`etag\`: send it as \`If-Match\` and the write is 412 if somebody was faster. Exports may come in parts, named by ${NEXT_TOKEN_HEADER}. An API gateway in front of the API answers 401, 403, 429, 500 and 503 of its own with \`{"message": …}\`.`;

/** What everybody may read. */
export const PUBLIC_PATHS = [
  ["/health", "application/json", "Whether the API answers"],
  ["/openapi.json", "application/json", "This document"],
  ["/docs", "text/html", "This document, for people"],
] as const;

/** The OpenAPI 3.1 document, made from the schemas that check the requests. */
export function openApiDocument() {
  const { openAPIRegistry: registry, getOpenAPI31Document: generate } = new OpenAPIHono();
  registry.registerComponent("securitySchemes", "ApiKey", {
    type: "apiKey",
    in: "header",
    name: "X-Api-Key",
  });
  registry.registerComponent("securitySchemes", "Bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
  });
  for (const route of ROUTES) registry.registerPath(route.document);
  for (const [path, type, description] of PUBLIC_PATHS) {
    const content = { [type]: { schema: {} } };
    registry.registerPath({
      method: "get",
      path,
      operationId: operationIdOf("get", path),
      summary: description,
      security: [],
      responses: { 200: { description, content }, 405: errorResponse(405) },
    });
  }
  const document = generate({
    openapi: "3.1.0",
    info: {
      title: "Autonomy gate: admin API",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: ".", description: "Where this document is served." }],
  });
  return withNullInEnums(document);
}

const NullableEnum = z.looseObject({
  type: z.array(z.string()).refine((types) => types.includes("null")),
  enum: z.array(z.unknown()).refine((members) => !members.includes(null)),
});

/** The generator forgets that a nullable enum also holds null, which its own `type` admits. */
function withNullInEnums<T>(document: T): T {
  const text = JSON.stringify(document, (_, value: unknown) => {
    const nullable = NullableEnum.safeParse(value);
    if (!nullable.success) return value;
    return { ...nullable.data, enum: [...nullable.data.enum, null] };
  });
  return JSON.parse(text);
}
