import type { ActionTypeEntry } from "../catalogue/action-type.ts";
import { findEntry } from "../catalogue/find-entry.ts";
import type { ActionType } from "../ids.ts";
import { issuesOf } from "../intent/content.ts";
import type { InputIssue } from "../intent/json-bounds.ts";
import { evaluatePolicy } from "../policy/evaluate.ts";
import { factsOf } from "../policy/facts.ts";
import {
  APPROVE,
  AutoApprovalPolicyInputV1,
  type AutoApprovalPolicyResultV1,
} from "../policy/policy.ts";
import { DEFAULT_POLICY } from "../policy/registry.ts";
import { ABSENT, type Stored } from "../stored.ts";
import type * as AutonomyTypes from "./autonomy-types.ts";

/** AutoApprovalPolicyV1 for callers outside the consumer. Pure: it reads and writes nothing. */
export class AutoApprovalPolicyEngine {
  readonly #catalogue: ReadonlyMap<ActionType, ActionTypeEntry>;

  /** @param catalogue a tenant's own entries; other types are looked up in the built-in catalogue */
  constructor(catalogue: ReadonlyMap<ActionType, ActionTypeEntry> = new Map()) {
    this.#catalogue = catalogue;
  }

  /**
   * The same input has the same result; one that cannot be read has REQUIRE_APPROVAL. AUTO_EXECUTE
   * still needs the budget's consent.
   */
  async evaluate(
    input: AutonomyTypes.AutoApprovalPolicyInputV1,
  ): Promise<AutoApprovalPolicyResultV1> {
    const read = AutoApprovalPolicyInputV1.safeParse(input);
    return read.success ? this.#evaluate(read.data) : unreadable(issuesOf(read.error, "input"));
  }

  #evaluate(input: AutoApprovalPolicyInputV1): AutoApprovalPolicyResultV1 {
    const entry = findEntry(
      { TENANT: this.#own(input.action_type), GLOBAL: ABSENT },
      input.action_type,
    );
    const { decision, primary, policy_version } = evaluatePolicy(DEFAULT_POLICY, {
      tenant_id: input.tenant_id,
      account_id: input.account_id,
      action_type: input.action_type,
      autonomy_mode: input.autonomy_mode,
      mode_source: "GIVEN",
      facts: factsOf(input, entry),
    });
    return {
      decision,
      reason: primary.reason,
      explanation: primary.explanation,
      policy_version,
      policy_clause: primary.clause,
    };
  }

  #own(actionType: ActionType): Stored<ActionTypeEntry> {
    const entry = this.#catalogue.get(actionType);
    return entry === undefined ? ABSENT : { status: "readable", value: entry };
  }
}

function unreadable(issues: readonly InputIssue[]): AutoApprovalPolicyResultV1 {
  const wrong = issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
  return {
    decision: "REQUIRE_APPROVAL",
    reason: "POLICY_ERROR",
    explanation: `The policy was asked about something it cannot read (${wrong}), so it allows nothing. ${APPROVE}`,
    policy_version: DEFAULT_POLICY.version,
    policy_clause: "POLICY_ERROR",
  };
}
