import { receivedIntent } from "@autonomy-gate/core/adapters";
import { calendarAt, instantMs } from "@autonomy-gate/core/day";
import { type DecisionRecord, decideInvalid, decideNow, recordOf } from "@autonomy-gate/core/gate";
import { IntentIds } from "@autonomy-gate/core/intent";
import { gateStore } from "@autonomy-gate/core/store";
import type { TestAdmin } from "./open-admin.ts";

export interface Intent {
  readonly tenant_id: string;
  readonly account_id: string;
  readonly action_intent_id: string;
  readonly action_type?: string;
  readonly [field: string]: unknown;
}

/** Lets the gate's rules decide an intent on what is stored, and records it as the consumer does. */
export async function recordDecision(
  admin: TestAdmin,
  intent: Intent,
  decidedAt = "2026-11-22T09:30:00.000Z",
): Promise<DecisionRecord> {
  const ids = IntentIds.parse(intent);
  const { received } = receivedIntent({ data: intent, ref: ids, raw: "" });
  const { tenant_id, account_id, content } = received;
  const calendar = calendarAt(instantMs(decidedAt));
  const store = gateStore(admin.table);
  const action_type = content.valid ? content.intent.action_type : null;
  const request = { tenant_id, account_id, action_type };
  const [reply] = (await store.readFacts([request])).replies;
  const decision =
    content.valid && reply?.facts !== undefined
      ? decideNow(content.intent, { ...reply.facts, calendar })
      : decideInvalid(content.valid ? [] : content.issues, decidedAt);
  const record = recordOf(received, decision);
  await store.record(record);
  return record;
}

export const NOTE = "CREATE_INTERNAL_NOTE";

/** An intent for a note that nothing speaks against. */
export function aNote(account_id: string, action_intent_id: string, more: object = {}): Intent {
  return {
    tenant_id: "acme",
    account_id,
    action_intent_id,
    action_type: NOTE,
    confidence_score: 0.91,
    risk_level: "LOW",
    ...more,
  };
}
