import { SCHEMA_VERSION } from "../contract.ts";
import type { ConfigChange } from "./change.ts";

/** The detail of an AutonomyConfigChanged event. */
export interface ConfigChanged {
  readonly metadata: {
    readonly event_id: string;
    readonly schema_version: typeof SCHEMA_VERSION;
    readonly occurred_at: string;
  };
  readonly data: {
    readonly tenant_id: string | null;
    readonly account_id: string | null;
    readonly object: string;
    readonly action_type: string | null;
    readonly action: string;
    readonly actor: string;
    readonly request_id: string;
    readonly before: ConfigChange["before"] | null;
    readonly after: ConfigChange["after"] | null;
  };
}

/** Tells of a change that was made; the audit entry stays the truth. */
export function configChanged(change: ConfigChange, eventId: string): ConfigChanged {
  const { scope, object, before, after } = change;
  return {
    metadata: { event_id: eventId, schema_version: SCHEMA_VERSION, occurred_at: change.at },
    data: {
      tenant_id: scope.kind === "GLOBAL" ? null : scope.tenant_id,
      account_id: scope.kind === "ACCOUNT" ? scope.account_id : null,
      object: object.kind,
      action_type: "action_type" in object ? (object.action_type ?? null) : null,
      action: change.action,
      actor: change.actor,
      request_id: change.request_id,
      before: before ?? null,
      after: after ?? null,
    },
  };
}

export interface ChangeBus {
  /** One attempt, best effort: answers whether the bus took it. Never throws. */
  publish(
    changed: ConfigChanged,
  ): Promise<{ readonly accepted: boolean; readonly errorCode?: string }>;
}
