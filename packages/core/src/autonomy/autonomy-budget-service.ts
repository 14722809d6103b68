import { AutonomyBudgetV1, type BudgetInForce, StoredBudget } from "../budget/budget.ts";
import type { BudgetClaim } from "../budget/claim.ts";
import { claimTerms } from "../budget/claim-terms.ts";
import { checked } from "../checked.ts";
import { createBackoff, type Deadline, deadlineIn } from "../commit/backoff.ts";
import { type ClaimBasis, claimInRounds } from "../commit/claim-in-rounds.ts";
import type { CommitContext } from "../commit/context.ts";
import { readInTime } from "../commit/read-facts.ts";
import { scopeOf } from "../config/address.ts";
import { readBudget } from "../config/read-budget.ts";
import { instantMs, instantText } from "../day.ts";
import { PermanentError } from "../errors.ts";
import { AccountId, type AccountRef, ActionType, TenantId } from "../ids.ts";
import type { Clock, ConfigStore, GateStore } from "../ports.ts";
import type * as AutonomyTypes from "./autonomy-types.ts";

/** How long one consumption may take. */
const CONSUME_MS_MAX = 10_000;

/** What the service works with. */
export interface BudgetServicePorts {
  readonly gate: GateStore;
  readonly config: ConfigStore;
  readonly clock: Clock;
  /** A new id for each change, for its audit entry. */
  readonly newRequestId: () => string;
}

/**
 * Budgets for callers outside the consumer: a unit consumed here has no decision in the ledger. The
 * consumer always commits decision and budget together. Every method throws PermanentError, before
 * it reads or writes anything, for an argument that is no such thing.
 */
export class AutonomyBudgetService {
  readonly #ports: BudgetServicePorts;

  constructor(ports: BudgetServicePorts) {
    this.#ports = ports;
  }

  /**
   * Consumes one unit in one conditional write and answers true, or changes nothing and answers
   * false: no budget, or none left. Never overspends, whatever runs in parallel. Throws
   * TransientError when it is not known whether a unit was consumed.
   */
  async checkAndConsume(tenantId: string, accountId: string, actionType: string): Promise<boolean> {
    const account = accountOf(tenantId, accountId);
    const type = checked("actionType", ActionType, actionType);
    const deadline = deadlineIn(this.#ports.clock, CONSUME_MS_MAX);
    const backoff = createBackoff(this.#ports.clock, deadline);
    for (;;) {
      const answer: Consumption = await this.#consumeOnOneRead(account, type, deadline);
      if (answer !== "stale") return answer === "consumed";
      await backoff.wait();
    }
  }

  /**
   * The budget in force for an account: its own, else its tenant's default, else none. One that
   * others wrote may not say since when. Throws PermanentError where the one in force is no budget:
   * the gate lets nothing run on it, but it is not none.
   */
  async getConfig(tenantId: string, accountId: string): Promise<BudgetInForce | null> {
    const account = accountOf(tenantId, accountId);
    const found = await readBudget(this.#ports.config, { kind: "ACCOUNT", ...account });
    if (found === undefined) return null;
    const { tenant_id, account_id } = account;
    const own = found.scope.kind === "ACCOUNT";
    const whose = own ? `account ${account_id} of tenant ${tenant_id}` : `tenant ${tenant_id}`;
    const budget = checked(`The stored budget of ${whose}`, StoredBudget, found.attributes);
    return { ...(own ? account : { tenant_id }), ...budget };
  }

  /**
   * Sets an account's budget, or without `account_id` the tenant's default, with an audit entry in
   * the same transaction. Throws PermanentError when another write came between.
   */
  async putConfig(config: AutonomyTypes.AutonomyBudgetV1): Promise<void> {
    const after = checked("config", AutonomyBudgetV1, config);
    const address = {
      scope: scopeOf(after.tenant_id, after.account_id),
      object: { kind: "BUDGET" },
    } as const;
    const before = await this.#ports.config.read(address);
    const reply = await this.#ports.config.write({
      ...address,
      ...(before === undefined ? {} : { before }),
      after,
      actor: after.updated_by ?? "AutonomyBudgetService",
      action: "putConfig",
      request_id: this.#ports.newRequestId(),
      at: instantText(instantMs(after.updated_at)),
    });
    if (reply.status !== "written") {
      throw new PermanentError("The budget was changed by someone else at the same time.");
    }
  }

  async #consumeOnOneRead(
    account: AccountRef,
    actionType: ActionType,
    deadline: Deadline,
  ): Promise<Consumption> {
    const { gate: store, clock } = this.#ports;
    const context = { store, clock, deadline, signals: { retried() {}, clockDiffers() {} } };
    const read = await readInTime([{ ...account, action_type: actionType }], context);
    const { calendar, startedAtMs } = read;
    const facts = read.replies[0]?.facts;
    const answer = facts && claimTerms(facts, actionType, calendar);
    if (facts === undefined || answer?.status !== "configured") return "refused";
    const { status, ...terms } = answer;
    const claim = { accountId: account.account_id, actionType, ...terms };
    const { budgetState, tenantBudgetState } = facts;
    const basis = { account, calendar, startedAtMs, budgetState, tenantBudgetState };
    return consume(claim, basis, context);
  }
}

type Consumption = "consumed" | "refused" | "stale";

/** Consumes what one claim draws, with no decision to record. */
async function consume(
  claim: BudgetClaim,
  basis: ClaimBasis,
  context: Omit<CommitContext, "turns">,
): Promise<Consumption> {
  const answers: Consumption[] = [];
  const undecided = await claimInRounds([{ claim }], basis, context, {
    recordsOf: () => [],
    committed: () => answers.push("consumed"),
    refused: () => answers.push("refused"),
    existing: () => {},
  });
  if ("error" in undecided) throw undecided.error;
  return answers[0] ?? "stale";
}

function accountOf(tenantId: string, accountId: string): AccountRef {
  return {
    tenant_id: checked("tenantId", TenantId, tenantId),
    account_id: checked("accountId", AccountId, accountId),
  };
}
