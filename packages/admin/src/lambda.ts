import { handle, type LambdaEvent } from "hono/aws-lambda";
import * as z from "zod";
import type { AdminApp } from "./app.ts";

/**
 * The Lambda function. It takes two parameters: the runtime refuses a function that declares the
 * callback, since it waits for promises only. Tests may pass one all the same.
 */
export type AdminHandler = (event: unknown, context: unknown) => Promise<LambdaAnswer>;

export type LambdaAnswer = Awaited<ReturnType<ReturnType<typeof handle>>>;

/** A header that `Headers` takes: others never pass a gateway. */
const HeaderText = z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/);
const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);
const Headers = z.record(HeaderName, HeaderText).nullish().catch(undefined);
const HeaderLists = z.record(HeaderName, z.array(HeaderText)).nullish().catch(undefined);
const Texts = z.record(z.string(), z.string()).nullish().catch(undefined);
const TextLists = z.record(z.string(), z.array(z.string())).nullish().catch(undefined);

/** API Gateway's own id of a request. Its access log names the request by it. */
const RequestId = z
  .string()
  .regex(/^[A-Za-z0-9=_-]{1,128}$/)
  .optional()
  .catch(undefined);

const Content = {
  headers: Headers,
  body: z.string().nullish().catch(undefined),
  isBase64Encoded: z.boolean().catch(false),
};

/** API Gateway's REST API (v1). What is missing or odd counts as not there. */
const RestEvent = z.object({
  ...Content,
  httpMethod: z.string().catch("GET"),
  path: z.string().startsWith("/").catch("/"),
  /** The path of the route that the gateway chose, such as `/{proxy+}`. */
  resource: z.string().catch(""),
  pathParameters: Texts,
  multiValueHeaders: HeaderLists,
  queryStringParameters: Texts,
  multiValueQueryStringParameters: TextLists,
  requestContext: z.object({ requestId: RequestId }).catch({ requestId: undefined }),
});

/** API Gateway's HTTP API (v2). */
const HttpEvent = z.object({
  ...Content,
  rawPath: z.string().startsWith("/"),
  rawQueryString: z.string().catch(""),
  routeKey: z.string().catch(""),
  pathParameters: Texts,
  requestContext: z
    .object({
      stage: z.string().default(""),
      http: z.object({ method: z.string() }).optional(),
      requestId: RequestId,
    })
    .catch({ stage: "", requestId: undefined }),
});

/** Hono's adapter asks for every field of an event; it uses those that are there. */
const Usable = z.custom<LambdaEvent>((event) => typeof event === "object" && event !== null);

/**
 * Serves the app to API Gateway's REST and HTTP API events alike, also to events without headers or
 * request context. Answers are text in both.
 */
export function lambdaHandler(app: AdminApp): AdminHandler {
  const answer = handle(app, { isContentTypeBinary: () => false });
  return async (event, _context) => answer(Usable.parse(usableEvent(event)));
}

function usableEvent(event: unknown): object {
  const http = HttpEvent.safeParse(event);
  if (!http.success) {
    const rest = RestEvent.safeParse(event).data ?? RestEvent.parse({});
    return {
      ...rest,
      path: withoutBasePath(rest.path, rest.resource, rest.pathParameters ?? {}),
      body: bodyFor(rest.httpMethod, rest.body),
    };
  }
  const { rawPath, requestContext, routeKey, pathParameters, ...rest } = http.data;
  const { stage, http: about, requestId } = requestContext;
  const [keyMethod = "", route = ""] = routeKey.split(" ");
  const method = about?.method ?? (/^[A-Z]+$/.test(keyMethod) ? keyMethod : "GET");
  return {
    ...rest,
    rawPath: withoutBasePath(withoutStage(rawPath, stage), route, pathParameters ?? {}),
    body: bodyFor(method, rest.body),
    requestContext: { http: { method }, requestId },
  };
}

/** A request to read has no body: `Request` refuses one. */
function bodyFor(method: string, body: string | null | undefined): string | null {
  return method === "GET" || method === "HEAD" ? null : (body ?? null);
}

/**
 * A custom domain may put a base path before the path (`/autonomy/config`). The route that the
 * gateway chose says how long the path itself is: its fixed steps, and those of its parameters.
 * A `$default` route says nothing, and the path is taken as it is.
 */
function withoutBasePath(
  path: string,
  route: string,
  parameters: Readonly<Record<string, string>>,
): string {
  if (!route.startsWith("/")) return path;
  const lengths = route.split("/").map((step) => {
    const [, greedy] = /^\{(.+)\+\}$/.exec(step) ?? [];
    if (greedy === undefined) return step === "" ? 0 : 1;
    return parameters[greedy]?.split("/").length ?? Number.POSITIVE_INFINITY;
  });
  const length = lengths.reduce((sum, one) => sum + one, 0);
  const steps = path.split("/").slice(1);
  return `/${steps.slice(Math.max(0, steps.length - length)).join("/")}`;
}

/** HTTP APIs put the stage before the path, unless it is the default one. */
function withoutStage(path: string, stage: string): string {
  const prefix = `/${stage}`;
  if (stage === "" || stage === "$default") return path;
  if (path === prefix) return "/";
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}
