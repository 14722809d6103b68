import { coversAccount, coversActionType, isWithin, type Limits } from "@autonomy-gate/core/access";
import type { ConfigScope } from "@autonomy-gate/core/configuration";
import * as z from "zod";
import type { Credential } from "../auth/credential.ts";
import { HttpError } from "./errors.ts";

/**
 * How a credential with limits may use a route. NAMED: a request names an account and an action type
 * within them. ACCOUNT: a request names an account, and limits on action types exclude the route,
 * since what it writes counts for every type. FILTERED: a request need not name any; the handler
 * answers only with what is within the limits, or counts for what is.
 */
export type LimitedUse = "NAMED" | "ACCOUNT" | "FILTERED";

/** A place that names an account, action types, or neither. What has another form names none. */
const NamesAccount = z.object({ account_id: z.string() });
const NamesType = z.object({ action_type: z.string() });
const NamesTypes = z.object({ action_types: z.array(z.unknown()) });
const NamesCaps = z.object({ max_per_action_type: z.record(z.string(), z.unknown()) });

/**
 * Throws a 403 when a place names an account or an action type beyond the credential's limits,
 * whatever else is in it and whether or not it exists.
 */
export function requireOwn(places: readonly unknown[], { limits }: Credential): void {
  for (const place of places) {
    const named = NamesAccount.safeParse(place);
    if (named.success && !coversAccount(limits, named.data.account_id)) {
      throw beyond("The credential is not for this account.");
    }
    if (!typesNamed(place).every((type) => coversActionType(limits, type))) {
      throw beyond("The credential is not for this action type.");
    }
  }
}

/** What a request names, and how its route treats limits. */
interface NamingRequest {
  readonly limited: LimitedUse;
  readonly scope: ConfigScope;
  readonly places: readonly unknown[];
}

/** Throws a 403 when a request counts for more than the credential's limits. */
export function requireNamed(request: NamingRequest, { limits }: Credential): void {
  const { limited, scope, places } = request;
  if (limited === "FILTERED") return;
  if (limits.account_ids !== undefined && scope.kind !== "ACCOUNT") {
    throw beyond(
      "The credential is for some accounts only, and this counts for all of them. Name one in account_id, or ask an admin of the whole tenant.",
    );
  }
  if (limits.action_types === undefined) return;
  switch (limited) {
    case "ACCOUNT":
      throw beyond(
        "The credential is for some action types only, and this counts for all of them. Ask an admin without that limit.",
      );
    case "NAMED":
      // A map of caps names types, and is a part of what counts for all of them.
      if (places.some((place) => NamesType.safeParse(place).success)) return;
      throw beyond(
        "The credential is for some action types only, and this counts for all of them. Name one in action_type.",
      );
    default:
      throw new TypeError(`There is no such use: ${limited satisfies never}.`);
  }
}

/** The limits as readers of lists take them; nothing for a credential without any. */
export function withinLimits({ limits }: Credential): { readonly within?: Limits } {
  return isWithin({}, limits) ? {} : { within: limits };
}

function typesNamed(place: unknown): string[] {
  const types = NamesTypes.safeParse(place).data?.action_types ?? [];
  return [
    NamesType.safeParse(place).data?.action_type,
    ...types,
    ...Object.keys(NamesCaps.safeParse(place).data?.max_per_action_type ?? {}),
  ].filter((type) => typeof type === "string");
}

function beyond(message: string): HttpError {
  return new HttpError("NOT_YOUR_ACCOUNT", message);
}
