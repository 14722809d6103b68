import { AutonomyBudgetV1, type BudgetInForce, StoredBudget } from "../budget/budget.ts";
import { type BudgetClaim, budgetWrite, refusalAt } from "../budget/claim.ts";
import { type BudgetPosition, positionNow } from "../budget/state.ts";
import { budgetTerms } from "../budget/terms.ts";
import { checked } from "../checked.ts";
import { createBackoff, type Deadline, deadlineIn } from "../commit/backoff.ts";
import { COMMIT_WINDOW_MS } from "../commit/bounds.ts";
import { ageMs, type FactsRead, readInTime } from "../commit/read-facts.ts";
import { scopeOf } from "../config/address.ts";
import { readBudget } from "../config/read-budget.ts";
import { instantMs, instantText } from "../day.ts";
import { PermanentError, TransientError } from "../errors.ts";
import { AccountId, type AccountRef, ActionType, TenantId } from "../ids.ts";
import type { ClaimReply, Clock, ConfigStore, GateStore } from "../ports.ts";
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
    const request = { ...account, action_type: actionType };
    const signals = { retried: () => {} };
    const read = await readInTime([request], { store, clock, deadline, signals });
    const facts = read.replies[0]?.facts;
    const budget = facts && budgetTerms(facts.budgets, actionType);
    if (facts === undefined || budget?.status !== "configured") return "refused";
    const claim = { accountId: account.account_id, actionType, terms: budget.terms };
    const position = positionNow(facts.budgetState, budget.terms.timeZone, read.calendar);
    if (position === undefined) return "refused";
    return this.#consumeFrom(position, { account, claim, read }, deadline);
  }

  /** Claims from a position, and from where the budget moved to under the same fence. */
  async #consumeFrom(
    from: BudgetPosition,
    { account, claim, read }: UnitClaim,
    deadline: Deadline,
  ): Promise<Consumption> {
    const { gate, clock } = this.#ports;
    const { calendar } = read;
    const backoff = createBackoff(clock, deadline);
    let position = from;
    while (ageMs(read, clock) <= COMMIT_WINDOW_MS) {
      if (refusalAt(position, claim) !== undefined) return "refused";
      const write = budgetWrite(account, position, [{ claim }], calendar.instant);
      const reply = await attempt(() => gate.recordClaims([], write));
      if (reply.status === "committed") return "consumed";
      if (reply.budget !== undefined) {
        const moved = positionNow(reply.budget, claim.terms.timeZone, calendar);
        if (moved?.fence !== position.fence) return "stale";
        position = moved;
      }
      await backoff.wait();
    }
    return "stale";
  }
}

type Consumption = "consumed" | "refused" | "stale";

/** One unit to claim, and when the facts it relies on were read. */
interface UnitClaim {
  readonly account: AccountRef;
  readonly claim: BudgetClaim;
  readonly read: Pick<FactsRead, "startedAtMs" | "calendar">;
}

function accountOf(tenantId: string, accountId: string): AccountRef {
  return {
    tenant_id: checked("tenantId", TenantId, tenantId),
    account_id: checked("accountId", AccountId, accountId),
  };
}

/** A conflict or a throttled request changed nothing; without an answer, nobody knows. */
async function attempt(send: () => Promise<ClaimReply>): Promise<ClaimReply> {
  try {
    return await send();
  } catch (error) {
    const unchanged =
      error instanceof TransientError && (error.code === "CONFLICT" || error.code === "THROTTLED");
    if (!unchanged) throw error;
    return { status: "refused", existing: new Map() };
  }
}
