import { TransientError } from "@autonomy-gate/core/values";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import { docsPage } from "./docs/docs-page.ts";
import { openApiDocument, PUBLIC_PATHS } from "./docs/openapi.ts";
import { errorBody, HttpError } from "./http/errors.ts";
import { type AdminEnv, admit, limitBody, serveRoute } from "./http/serve-route.ts";
import type { AdminPorts } from "./ports.ts";
import { NEXT_TOKEN_HEADER } from "./routes/audit-export.ts";
import { ROUTES } from "./routes/routes.ts";

/** The admin API, the same for Lambda and for a server. */
export type AdminApp = Hono<AdminEnv>;

export function createApp(ports: AdminPorts): AdminApp {
  const app: AdminApp = new Hono<AdminEnv>();
  follow(app, ports);
  app.use(secureHeaders());
  app.use(async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  app.use(
    cors({
      origin: [...ports.corsOrigins],
      allowMethods: ["GET", "PUT", "POST", "DELETE"],
      allowHeaders: [
        "Authorization",
        "Content-Type",
        "If-Match",
        "If-None-Match",
        "X-Api-Key",
        "X-Tenant-Id",
      ],
      exposeHeaders: ["ETag", "X-Request-Id", NEXT_TOKEN_HEADER],
      maxAge: 600,
    }),
  );
  addRoutes(app, ports);
  addPublicRoutes(app);
  refuseOtherMethods(app);
  app.notFound(() => {
    throw new HttpError("NOT_FOUND", "There is no such path.");
  });
  app.onError((error, c) => {
    const known = knownError(error);
    if (known === undefined) {
      ports.telemetry.failed({ request_id: c.get("requestId"), error });
      return c.json({ error: "Internal server error" }, 500);
    }
    if (known.code === "TOO_MANY_REQUESTS") c.header("Retry-After", "1");
    return c.json(errorBody(known), known.status);
  });
  return app;
}

/** Gives every request an id, API Gateway's where it has one, and says afterwards what became of it. */
function follow(app: AdminApp, { newId, clock, telemetry }: AdminPorts): void {
  app.use(async (c, next) => {
    const startedAtMs = clock.elapsedMs();
    // No header counts: who sends a request cannot choose its id.
    const request_id = c.env?.requestContext?.requestId ?? newId();
    c.set("requestId", request_id);
    await next();
    c.header("X-Request-Id", request_id);
    const actor = c.get("credential")?.actor;
    telemetry.answered({
      request_id,
      method: c.req.method,
      route: c.get("route") ?? "-",
      status: c.res.status,
      duration_ms: Math.round(clock.elapsedMs() - startedAtMs),
      ...(actor === undefined ? {} : { actor }),
    });
  });
}

function addRoutes(app: AdminApp, ports: AdminPorts): void {
  for (const route of ROUTES) {
    app.on(
      route.method.toUpperCase(),
      honoPath(route.path),
      async (c, next) => {
        c.set("route", route.path);
        await admit(c, route, ports);
        await next();
      },
      limitBody,
      (c) => serveRoute(c, route, ports),
    );
  }
}

function addPublicRoutes(app: AdminApp): void {
  const document = openApiDocument();
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/openapi.json", (c) => c.json(document));
  app.get("/docs", async (c) => {
    const { html, contentSecurityPolicy } = await docsPage();
    c.header("Content-Security-Policy", contentSecurityPolicy);
    return c.html(html);
  });
}

/** A path that exists, asked in a way it does not know. */
function refuseOtherMethods(app: AdminApp): void {
  const allowed = new Map<string, string[]>(PUBLIC_PATHS.map(([path]) => [path, ["GET", "HEAD"]]));
  for (const { method, path } of ROUTES) {
    const methods = method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()];
    allowed.set(path, [...(allowed.get(path) ?? []), ...methods]);
  }
  for (const [path, methods] of allowed) {
    app.all(honoPath(path), (c) => {
      c.header("Allow", [...methods, "OPTIONS"].join(", "));
      throw new HttpError("METHOD_NOT_ALLOWED", `${path} takes ${methods.join(", ")}.`);
    });
  }
}

/** `/decisions/{id}` as Hono writes it. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

/** What a client may be told; `undefined`: nothing. */
function knownError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (!(error instanceof TransientError)) return undefined;
  const codes = [error, error.cause].map((fault) =>
    fault instanceof TransientError ? fault.code : undefined,
  );
  if (codes.includes("THROTTLED")) {
    return new HttpError("TOO_MANY_REQUESTS", "There are too many requests. Try again later.");
  }
  if (codes.includes("CONFLICT")) {
    return new HttpError("CONFLICT", "Another change was under way. Try again.");
  }
  return undefined;
}
