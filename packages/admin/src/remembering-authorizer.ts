import { createHash } from "node:crypto";
import type { Clock } from "@autonomy-gate/core/ports";
import type { Authorizer } from "./create-authorizer.ts";

/**
 * How long an authorizer lets a credential pass without looking again. A revoked key passes the
 * authorizer for at most so long; the API's own check refuses it at once all the same.
 */
export const REMEMBERED_MS = 5_000;

/** Credentials remembered at a time; the first to be remembered are forgotten first. */
const REMEMBERED_MAX = 1_000;

/** What of a request an authorizer decides by. */
export type CredentialOf = (event: unknown) => readonly string[];

/**
 * Remembers who was let pass, as digests, so that the calls of one client cost one look-up in five
 * seconds. A refusal is not remembered: a key works from the moment it is made.
 */
export function remembering(
  authorizer: Authorizer,
  credentialOf: CredentialOf,
  clock: Pick<Clock, "elapsedMs">,
): Authorizer {
  const untilMs = new Map<string, number>();
  return async (event) => {
    const credential = JSON.stringify(credentialOf(event));
    const digest = createHash("sha256").update(credential).digest("base64");
    const startedAtMs = clock.elapsedMs();
    if ((untilMs.get(digest) ?? 0) > startedAtMs) return { isAuthorized: true };
    const answer = await authorizer(event);
    untilMs.delete(digest);
    if (!answer.isAuthorized) return answer;
    // From before the look-up: what was revoked during it is not remembered for longer.
    untilMs.set(digest, startedAtMs + REMEMBERED_MS);
    const [oldest] = untilMs.keys();
    if (untilMs.size > REMEMBERED_MAX && oldest !== undefined) untilMs.delete(oldest);
    return answer;
  };
}
