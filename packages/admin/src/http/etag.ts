import { sha256 } from "@autonomy-gate/core/adapters";
import type { ConfigAttributes } from "@autonomy-gate/core/configuration";
import { attributesForm } from "@autonomy-gate/core/store";
import canonicalize from "canonicalize";

/** The entity tag of a stored object, quotes included: equal exactly for equal content. */
export function etagOf(attributes: ConfigAttributes): string {
  return `"${sha256(canonicalize(attributesForm(attributes)) ?? "")}"`;
}
