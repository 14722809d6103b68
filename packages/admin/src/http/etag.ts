import { sha256 } from "@autonomy-gate/core/adapters/node/digest";
import type { ConfigAttributes } from "@autonomy-gate/core/config/change";
import { attributesForm } from "@autonomy-gate/core/table/json-form";
import canonicalize from "canonicalize";
import { HttpError } from "./errors.ts";

/** The entity tag of a stored object, quotes included: equal exactly for equal content. */
export function etagOf(attributes: ConfigAttributes): string {
  return `"${sha256(canonicalize(attributesForm(attributes)) ?? "")}"`;
}

/**
 * Whether the stored object is one that If-Match names; without it any is, and none. `*` names any
 * that exists; weak tags name none (RFC 9110, 13.1.1); quotes may be left out.
 */
export function matches(
  ifMatch: string | undefined,
  stored: ConfigAttributes | undefined,
): boolean {
  if (ifMatch === undefined) return true;
  if (stored === undefined) return false;
  const etag = etagOf(stored);
  const named = ifMatch.split(",").map((tag) => tag.trim());
  return named.some((tag) => tag === "*" || tag === etag || `"${tag}"` === etag);
}

export function changedMeanwhile(): HttpError {
  return new HttpError(
    "PRECONDITION_FAILED",
    "The object is not what it was when you read it. Read it again before you change it.",
  );
}
