import * as z from "zod";
import type { ErrorStatus } from "./errors.ts";

/** What a handler answers with. */
export type Answer<T> =
  | {
      readonly kind: "json";
      readonly body: T;
      /** Of the one object the answer is about. */
      readonly etag?: string | undefined;
    }
  | { readonly kind: "none" }
  | {
      readonly kind: "text";
      readonly contentType: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly chunks: AsyncIterable<string>;
    };

export function json<T>(body: T, etag?: string): Answer<T> {
  return { kind: "json", body, etag };
}

export const NONE: Answer<never> = { kind: "none" };

const ErrorBody = z
  .object({
    error: z.string(),
    code: z.string(),
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Error", description: "Why a request was refused." });

const UnforeseenBody = z
  .strictObject({ error: z.literal("Internal server error") })
  .meta({ id: "UnforeseenError", description: "Something unforeseen; nothing more is said." });

const REFUSALS: Readonly<Record<ErrorStatus, string>> = {
  400: "The request is not valid; `issues` names the places.",
  401: "No valid credential.",
  403: "The credential is not for this tenant, account or action type, or has no role for this.",
  404: "There is no such thing.",
  405: "The path has no such method; `Allow` names those it has.",
  409: "Another change was under way and did not end in time. Try again.",
  412: "A precondition does not hold of the object, or it changed while this request ran.",
  413: "The body is too large.",
  415: "The body is not application/json.",
  429: "Too many requests. Try again later.",
};

/** One of them, for the OpenAPI document. */
export function errorResponse(status: ErrorStatus) {
  return jsonResponse(REFUSALS[status], ErrorBody);
}

interface Documented {
  readonly success: z.ZodType;
  readonly takesBody: boolean;
  readonly texts: readonly string[];
}

/** Every response a route may give, for the OpenAPI document. */
export function documentedResponses({ success, takesBody, texts }: Documented) {
  const refusals = Object.entries(REFUSALS)
    .filter(([status]) => takesBody || (status !== "413" && status !== "415"))
    .map(([status, description]) => [status, jsonResponse(description, ErrorBody)]);
  return {
    ...successResponse(success, texts),
    ...Object.fromEntries(refusals),
    500: jsonResponse("Something unforeseen.", UnforeseenBody),
  };
}

function successResponse(success: z.ZodType, texts: readonly string[]) {
  if (texts.length > 0) {
    const content = Object.fromEntries(texts.map((type) => [type, { schema: z.string() }]));
    return { 200: { description: "Done.", content } };
  }
  if (success instanceof z.ZodUndefined) return { 204: { description: "Done." } };
  return { 200: jsonResponse("Done.", success) };
}

function jsonResponse(description: string, schema: z.ZodType) {
  return { description, content: { "application/json": { schema } } };
}
