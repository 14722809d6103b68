import type { ConfigAttributes } from "@autonomy-gate/core/configuration";
import { HttpError, invalid } from "./errors.ts";
import { etagOf } from "./etag.ts";

/** Methods of the API's routes. */
export type Method = "get" | "put" | "post" | "delete";

/** What a request asks to hold of the object it is about (RFC 9110, 13.1). */
export interface Preconditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

/** Preconditions that nobody would evaluate. Objects have no time of change that a header names. */
const REFUSED: Readonly<Record<Method, readonly string[]>> = {
  get: ["If-Match", "If-Unmodified-Since", "If-Range"],
  put: ["If-Unmodified-Since", "If-Modified-Since", "If-Range"],
  delete: ["If-Unmodified-Since", "If-Modified-Since", "If-Range"],
  post: ["If-Match", "If-None-Match", "If-Unmodified-Since", "If-Modified-Since", "If-Range"],
};

/** Reads a request's preconditions; throws a 400 for one that would be passed over in silence. */
export function preconditionsOf(headers: Headers, method: Method): Preconditions {
  const refused = REFUSED[method].filter((name) => headers.has(name));
  if (refused.length > 0) {
    throw invalid(refused.map((name) => ({ path: `header.${name}`, message: "is not supported" })));
  }
  const ifMatch = headers.get("If-Match") ?? undefined;
  const ifNoneMatch = headers.get("If-None-Match") ?? undefined;
  return {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
  };
}

/** The 412 for a precondition of a change that does not hold of the object as it is stored. */
export function unmetPrecondition(
  { ifMatch, ifNoneMatch }: Preconditions,
  stored: ConfigAttributes | undefined,
): HttpError | undefined {
  const etag = stored && etagOf(stored);
  if (ifMatch !== undefined && !names(ifMatch, etag)) return changedMeanwhile();
  if (ifNoneMatch === undefined || !names(ifNoneMatch, etag)) return undefined;
  return new HttpError(
    "PRECONDITION_FAILED",
    "The object exists already, or is one that If-None-Match names.",
  );
}

/**
 * Whether a list of entity tags names an object: `*` any that exists, quotes may be left out. Weak
 * tags name none: contents are compared to the last bit.
 */
export function names(tags: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  const listed = tags.split(",").map((tag) => tag.trim());
  return listed.some((tag) => tag === "*" || tag === etag || `"${tag}"` === etag);
}

export function changedMeanwhile(): HttpError {
  return new HttpError(
    "PRECONDITION_FAILED",
    "The object is not what it was when you read it. Read it again before you change it.",
  );
}
