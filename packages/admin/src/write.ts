import type { ConfigObject, ConfigScope } from "@autonomy-gate/core/config/address";
import type { ConfigAttributes } from "@autonomy-gate/core/config/change";
import { configChanged } from "@autonomy-gate/core/config/changed";
import { HttpError } from "./http/errors.ts";
import { changedMeanwhile, matches } from "./http/etag.ts";
import type { Caller } from "./http/route.ts";
import type { AdminPorts } from "./ports.ts";

/** One change that somebody asked for. */
export interface Change {
  readonly scope: ConfigScope;
  readonly object: ConfigObject;
  /** What they do, such as `PUT /config`. */
  readonly action: string;
  /** What it is to be; absent: it is to go. */
  readonly after?: ConfigAttributes;
}

/**
 * Changes one object, with its audit entry in the same transaction, and tells the bus. Throws a 412
 * when the object is not what If-Match names or changed since it was read here: of several writers
 * at once one wins and the others are told. Throws a 404 when what is to go is not there. Whatever
 * it says of an account, nothing automatic commits there any more on facts from before that: who is
 * refused may have made the change in a request that died.
 */
export async function makeChange(change: Change, caller: Caller, ports: AdminPorts): Promise<void> {
  const { scope, object, action, after } = change;
  const before = await ports.config.read({ scope, object });
  const refusal = refusalOf(change, caller, before);
  if (refusal !== undefined) {
    await ports.config.settle(scope);
    throw refusal;
  }
  const made = {
    scope,
    object,
    action,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    actor: caller.credential.actor,
    request_id: caller.requestId,
    at: caller.calendar.instant,
  };
  const reply = await ports.config.write(made);
  if (reply.status !== "written") throw changedMeanwhile();
  const delivery = await ports.changes.publish(configChanged(made, ports.newId()));
  if (delivery.accepted) return;
  const { requestId: request_id } = caller;
  ports.telemetry.notEmitted({ request_id, error_code: delivery.errorCode ?? "Unknown" });
}

function refusalOf(
  { after }: Change,
  { ifMatch }: Caller,
  before: ConfigAttributes | undefined,
): HttpError | undefined {
  if (!matches(ifMatch, before)) return changedMeanwhile();
  return before === undefined && after === undefined ? notFound() : undefined;
}

export function notFound(): HttpError {
  return new HttpError("NOT_FOUND", "There is no such thing.");
}

/** Who changed it last, and when: of every object written here. */
export function writtenBy({ credential, calendar }: Caller) {
  return { updated_at: calendar.instant, updated_by: credential.actor };
}

/** Whom an object is for, as its attributes say it. */
export function scopeIds(scope: ConfigScope) {
  return {
    ...(scope.kind === "GLOBAL" ? {} : { tenant_id: scope.tenant_id }),
    ...(scope.kind === "ACCOUNT" ? { account_id: scope.account_id } : {}),
  };
}
