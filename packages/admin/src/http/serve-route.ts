import { mayActAs } from "@autonomy-gate/core/access";
import { calendarAt } from "@autonomy-gate/core/day";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { authenticate } from "../auth/authenticate.ts";
import type { Credential } from "../auth/credential.ts";
import type { AdminPorts } from "../ports.ts";
import type { Answer } from "./answer.ts";
import { HttpError } from "./errors.ts";
import { parseJson, requireJson, utf8Text } from "./parse.ts";
import { names, type Preconditions, preconditionsOf } from "./preconditions.ts";
import type { AdminRoute } from "./route.ts";

/** Largest body: an intent's data is at most 128 KB, and an escape may double it. */
const BODY_BYTES_MAX = 256 * 1024;

/** What middleware leaves for those after it. */
export interface AdminEnv {
  Bindings: {
    /** What API Gateway says of a request; absent on a server. */
    requestContext?: { readonly requestId?: string | undefined };
  };
  Variables: {
    requestId: string;
    /** The path in the route table; absent when there is none. */
    route?: string;
    credential?: Credential;
  };
}

/** Refuses a body that is too large before it is held in memory. */
export const limitBody = bodyLimit({
  maxSize: BODY_BYTES_MAX,
  onError: () => {
    throw new HttpError("PAYLOAD_TOO_LARGE", `The body must be at most ${BODY_BYTES_MAX} bytes.`);
  },
});

/** Finds out who is asking, and whether one of their roles may ask this at all. */
export async function admit(
  c: Context<AdminEnv>,
  route: AdminRoute,
  { authentication, clock }: AdminPorts,
): Promise<void> {
  const credential = await authenticate(c.req.raw.headers, authentication, clock.epochMs());
  c.set("credential", credential);
  if (route.roles.some((role) => mayActAs(credential.roles, role))) return;
  throw new HttpError("FORBIDDEN", `This needs the role ${route.roles.join(" or ")}.`);
}

/** Answers one request of somebody admitted. */
export async function serveRoute(
  c: Context<AdminEnv>,
  route: AdminRoute,
  ports: AdminPorts,
): Promise<Response> {
  const credential = c.get("credential");
  if (credential === undefined) throw new TypeError("Only those who were admitted are served.");
  const preconditions = preconditionsOf(c.req.raw.headers, route.method);
  const answer = await route.answer(
    {
      credential,
      requestId: c.get("requestId"),
      calendar: calendarAt(ports.clock.epochMs(), ports.clock.tzData),
      preconditions,
      params: c.req.param(),
      query: new URL(c.req.url).searchParams,
      headers: c.req.raw.headers,
      readBody: async () => {
        const bytes = await c.req.arrayBuffer();
        if (bytes.byteLength === 0) return undefined;
        requireJson(c.req.raw.headers);
        return parseJson(utf8Text(bytes));
      },
    },
    ports,
  );
  return respond(c, answer, preconditions);
}

function respond(
  c: Context<AdminEnv>,
  answer: Answer<unknown>,
  { ifNoneMatch }: Preconditions,
): Response {
  switch (answer.kind) {
    case "json":
      if (answer.etag !== undefined) c.header("ETag", answer.etag);
      // Of a change the precondition was of the object before it.
      if (c.req.method === "GET" && ifNoneMatch !== undefined && names(ifNoneMatch, answer.etag)) {
        return c.body(null, 304);
      }
      return c.body(JSON.stringify(answer.body), 200, { "Content-Type": "application/json" });
    case "none":
      return c.body(null, 204);
    case "text":
      c.header("Content-Type", answer.contentType);
      for (const [name, value] of Object.entries(answer.headers)) c.header(name, value);
      return c.body(textStream(answer.chunks));
    default:
      return answer satisfies never;
  }
}

/** Reads on as the client takes it; what fails on the way breaks the answer off. */
function textStream(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks).pipeThrough(new TextEncoderStream());
}
