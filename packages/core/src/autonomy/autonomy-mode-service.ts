import { checked } from "../checked.ts";
import { scopeOf } from "../config/address.ts";
import { listAll } from "../config/list-all.ts";
import { instantMs, instantText } from "../day.ts";
import { PermanentError } from "../errors.ts";
import { AccountId, ActionType, TenantId } from "../ids.ts";
import { type AutonomyMode, AutonomyModeConfigV1, ListedModeConfig } from "../mode/mode.ts";
import { type ResolvedMode, resolveMode } from "../mode/resolve-mode.ts";
import type { ConfigStore, GateStore } from "../ports.ts";
import type { ConfigListing, ListedObject } from "../read-ports.ts";
import type * as AutonomyTypes from "./autonomy-types.ts";

/** What the service works with. */
export interface ModeServicePorts {
  readonly gate: Pick<GateStore, "readFacts">;
  readonly config: ConfigStore;
  readonly listing: ConfigListing;
  /** A new id for each change, for its audit entry. */
  readonly newRequestId: () => string;
}

/**
 * Autonomy modes for callers outside the consumer, which reads them with everything else. Every
 * method throws PermanentError, before it reads or writes anything, for an argument that is no such
 * thing, and TransientError where the tables did not answer.
 */
export class AutonomyModeService {
  readonly #ports: ModeServicePorts;

  constructor(ports: ModeServicePorts) {
    this.#ports = ports;
  }

  /** The mode in force. Where a level holds something that is no mode: APPROVAL_REQUIRED. */
  async getMode(tenantId: string, accountId: string, actionType: string): Promise<AutonomyMode> {
    const { mode } = await this.resolve(tenantId, accountId, actionType);
    return mode ?? "APPROVAL_REQUIRED";
  }

  /** The mode in force and the level that answered. */
  async resolve(tenantId: string, accountId: string, actionType: string): Promise<ResolvedMode> {
    const request = {
      tenant_id: checked("tenantId", TenantId, tenantId),
      account_id: checked("accountId", AccountId, accountId),
      action_type: checked("actionType", ActionType, actionType),
    };
    const [reply] = (await this.#ports.gate.readFacts([request])).replies;
    if (reply?.facts === undefined) throw new TypeError("Facts are read for every action type.");
    return resolveMode(reply.facts.modes);
  }

  /**
   * Sets the mode of one level, with an audit entry in the same transaction. For an account it
   * answers once no automatic decision can commit on the mode before it. Throws PermanentError when
   * another write came between.
   */
  async putConfig(item: AutonomyTypes.AutonomyModeConfigV1): Promise<void> {
    const config = checked("item", AutonomyModeConfigV1, item);
    const { tenant_id, account_id, action_type } = config;
    const address = {
      scope: scopeOf(tenant_id, account_id),
      object: { kind: "MODE", ...(action_type === undefined ? {} : { action_type }) },
    } as const;
    const before = await this.#ports.config.read(address);
    const reply = await this.#ports.config.write({
      ...address,
      ...(before === undefined ? {} : { before }),
      after: config,
      actor: config.updated_by ?? "AutonomyModeService",
      action: "putConfig",
      request_id: this.#ports.newRequestId(),
      at: instantText(instantMs(config.updated_at)),
    });
    if (reply.status !== "written") {
      throw new PermanentError("The mode was changed by someone else at the same time.");
    }
  }

  /**
   * The modes set for an account, or without one for the tenant itself, all of them. Items that
   * others wrote may not say since when. A stored thing that is no mode is left out: `resolve` says
   * where it answers, and the admin API lists it as unreadable.
   */
  async listConfigs(tenantId: string, accountId?: string): Promise<ListedModeConfig[]> {
    const ids = {
      tenant_id: checked("tenantId", TenantId, tenantId),
      ...(accountId === undefined
        ? {}
        : { account_id: checked("accountId", AccountId, accountId) }),
    };
    const scope = scopeOf(ids.tenant_id, ids.account_id);
    const items = await listAll(this.#ports.listing, scope, "MODE");
    return items.flatMap((item) => listedMode(item, ids));
  }
}

/** The key says whom a mode is for: the gate goes by nothing else. */
function listedMode(
  { name, attributes }: ListedObject,
  ids: Pick<ListedModeConfig, "tenant_id" | "account_id">,
): ListedModeConfig[] {
  const { tenant_id, account_id, action_type, ...said } = attributes;
  const named = name === "DEFAULT" ? {} : { action_type: name };
  const listed = ListedModeConfig.safeParse({ ...said, ...ids, ...named });
  return listed.success ? [listed.data] : [];
}
