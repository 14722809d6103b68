import {
  type ConfigAttributes,
  type ConfigChange,
  type ConfigObject,
  type ConfigScope,
  configChanged,
} from "@autonomy-gate/core/configuration";
import { TransientError } from "@autonomy-gate/core/values";
import { HttpError } from "../http/errors.ts";
import { changedMeanwhile, unmetPrecondition } from "../http/preconditions.ts";
import type { Caller } from "../http/route.ts";
import type { AdminPorts } from "../ports.ts";

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
 * when a precondition does not hold or the object changed since it was read here: of several writers
 * at once one wins and the others are told. Throws a 404 when what is to go is not there. Whatever
 * it says of an account or a ceiling, nothing automatic commits there any more on facts from before
 * that: who is refused may have made the change in a request that died.
 */
export async function makeChange(change: Change, caller: Caller, ports: AdminPorts): Promise<void> {
  const { scope, object, action, after } = change;
  const before = await ports.config.read({ scope, object });
  const refusal = refusalOf(change, caller, before);
  if (refusal !== undefined) {
    await ports.config.settle({ scope, object });
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
  const written = await store(made, ports);
  if (written === "changed-meanwhile") throw changedMeanwhile();
  if (typeof written === "object") throw tooMany(written.objectsMax);
  const delivery = await ports.changes.publish(configChanged(made, ports.newId()));
  if (!delivery.accepted) {
    const { requestId: request_id } = caller;
    ports.telemetry.notEmitted({ request_id, error_code: delivery.errorCode });
  }
  if (written === "unsettled") throw notSettled();
}

/** `unsettled`: stored and in force, but what was being decided on the account may not heed it. */
async function store(
  change: ConfigChange,
  { config }: AdminPorts,
): Promise<"written" | "changed-meanwhile" | "unsettled" | { readonly objectsMax: number }> {
  try {
    const reply = await config.write(change);
    return reply.status === "too-many" ? { objectsMax: reply.objectsMax } : reply.status;
  } catch (error) {
    if (error instanceof TransientError && error.code === "UNSETTLED") return "unsettled";
    throw error;
  }
}

function tooMany(objectsMax: number): HttpError {
  return new HttpError(
    "CONFLICT",
    `The tenant has ${objectsMax} configuration objects, and may have no more. Delete some that are not needed.`,
  );
}

function notSettled(): HttpError {
  return new HttpError(
    "CONFLICT",
    "The change is made, but actions of this account that were being decided may still follow what was before. Send the request again to be sure.",
  );
}

function refusalOf(
  { after }: Change,
  { preconditions }: Caller,
  before: ConfigAttributes | undefined,
): HttpError | undefined {
  const unmet = unmetPrecondition(preconditions, before);
  if (unmet !== undefined) return unmet;
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
