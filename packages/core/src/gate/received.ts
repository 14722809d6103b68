import type { Decision, DecisionRecord } from "../decision/decision.ts";
import type { IntentRef } from "../ids.ts";
import type { IntentContent } from "../intent/content.ts";

/** An intent as it reached the gate: who it concerns is known, what it asks may not be valid. */
export interface ReceivedIntent extends IntentRef {
  readonly decision_id: string;
  /** SHA-256 over the RFC 8785 form of the intent's data. */
  readonly fingerprint: string;
  readonly trace_id?: string;
  readonly causation_id?: string;
  readonly content: IntentContent;
}

/** The ledger's entry for a decision on an intent. */
export function recordOf(received: ReceivedIntent, decision: Decision): DecisionRecord {
  const { content, trace_id, causation_id } = received;
  return {
    decision_id: received.decision_id,
    action_intent_id: received.action_intent_id,
    tenant_id: received.tenant_id,
    account_id: received.account_id,
    action_type: content.valid ? content.intent.action_type : content.action_type,
    ...decision,
    fingerprint: received.fingerprint,
    ...(trace_id === undefined ? {} : { trace_id }),
    ...(causation_id === undefined ? {} : { causation_id }),
  };
}
