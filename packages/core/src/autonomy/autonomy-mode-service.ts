import { scopeOf } from "../config/address.ts";
import { PermanentError } from "../errors.ts";
import type { AccountId, ActionType, TenantId } from "../ids.ts";
import { type AutonomyMode, AutonomyModeConfigV1 } from "../mode/mode.ts";
import { type ResolvedMode, resolveMode } from "../mode/resolve-mode.ts";
import type { ConfigStore, GateStore } from "../ports.ts";

/** What the service works with. */
export interface ModeServicePorts {
  readonly gate: Pick<GateStore, "readFacts">;
  readonly config: ConfigStore;
  /** A new id for each change, for its audit entry. */
  readonly newRequestId: () => string;
}

/** Autonomy modes for callers outside the consumer, which reads them with everything else. */
export class AutonomyModeService {
  readonly #ports: ModeServicePorts;

  constructor(ports: ModeServicePorts) {
    this.#ports = ports;
  }

  /** The mode in force. Where a level holds something that is no mode: APPROVAL_REQUIRED. */
  async getMode(
    tenantId: TenantId,
    accountId: AccountId,
    actionType: ActionType,
  ): Promise<AutonomyMode> {
    const { mode } = await this.resolve(tenantId, accountId, actionType);
    return mode ?? "APPROVAL_REQUIRED";
  }

  /** The mode in force and the level that answered. */
  async resolve(
    tenantId: TenantId,
    accountId: AccountId,
    actionType: ActionType,
  ): Promise<ResolvedMode> {
    const request = { tenant_id: tenantId, account_id: accountId, action_type: actionType };
    const [reply] = await this.#ports.gate.readFacts([request]);
    if (reply?.facts === undefined) throw new TypeError("Facts are read for every action type.");
    return resolveMode(reply.facts.modes);
  }

  /**
   * Sets the mode of one level, with an audit entry in the same transaction. For an account it
   * answers once no automatic decision can commit on the mode before it. Throws PermanentError when
   * another write came between.
   */
  async putConfig(item: AutonomyModeConfigV1): Promise<void> {
    const config = AutonomyModeConfigV1.parse(item);
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
      at: config.updated_at,
    });
    if (reply.status !== "written") {
      throw new PermanentError("The mode was changed by someone else at the same time.");
    }
  }

  /** The modes set for an account, or without one for the tenant itself, all of them. */
  async listConfigs(tenantId: TenantId, accountId?: AccountId): Promise<AutonomyModeConfigV1[]> {
    const items = await this.#ports.config.list(scopeOf(tenantId, accountId), "MODE");
    return items.map((item) => AutonomyModeConfigV1.parse(item));
  }
}
