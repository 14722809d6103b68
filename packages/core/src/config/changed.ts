import { SCHEMA_VERSION } from "../contract.ts";
import type { SwitchOwner } from "../kill-switch/applied.ts";
import type { Delivery } from "../ports.ts";
import { attributesForm } from "../table/json-form.ts";
import type { ConfigObject, ConfigScope } from "./address.ts";
import { type ConfigChange, shown } from "./change.ts";
import type { AutonomyConfigChanged } from "./changed-event.ts";

/** Tells of a change that was made; the audit entry stays the truth. */
export function configChanged(change: ConfigChange, eventId: string): AutonomyConfigChanged {
  const { scope, object, before, after } = change;
  return {
    metadata: { event_id: eventId, schema_version: SCHEMA_VERSION, occurred_at: change.at },
    data: {
      tenant_id: scope.kind === "GLOBAL" ? null : scope.tenant_id,
      account_id: scope.kind === "ACCOUNT" ? scope.account_id : null,
      ...toldAs(object),
      action_type: "action_type" in object ? (object.action_type ?? null) : null,
      ...(object.kind === "KILL_SWITCH" ? { owner: ownerOf(scope, object.owner) } : {}),
      action: change.action,
      actor: change.actor,
      request_id: change.request_id,
      before: before === undefined ? null : attributesForm(shown(object, before)),
      after: after === undefined ? null : attributesForm(shown(object, after)),
    },
  };
}

/** Everyone's switch is the platform's. */
function ownerOf(scope: ConfigScope, owner: SwitchOwner): SwitchOwner {
  return scope.kind === "GLOBAL" ? "PLATFORM" : owner;
}

export interface ChangeBus {
  /** One attempt, best effort: answers whether the bus took it. Never throws. */
  publish(changed: AutonomyConfigChanged): Promise<Delivery>;
}

/** The closed list of objects is as released: what came later is told as the nearest of them. */
function toldAs({ kind }: ConfigObject): Pick<AutonomyConfigChanged["data"], "object" | "ceiling"> {
  switch (kind) {
    case "BUDGET_CEILING":
      return { object: "BUDGET", ceiling: "PLATFORM" };
    case "TENANT_BUDGET":
      return { object: "BUDGET", ceiling: "TENANT" };
    default:
      return { object: kind };
  }
}
