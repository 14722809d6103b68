import { receivedIntent } from "@autonomy-gate/core/adapters";
import { calendarAt } from "@autonomy-gate/core/day";
import { type DecisionRecord, decideNow, outcomeOf, recordOf } from "@autonomy-gate/core/gate";
import { AccountId, IntentId, type IntentRef, TenantId } from "@autonomy-gate/core/ids";
import { factsReplies } from "@autonomy-gate/core/store";
import type { Random } from "../random.ts";

/** An intent that was decided before the run begins, and all messages there can be about it. */
export interface HeldIntent {
  readonly ref: IntentRef;
  readonly record: DecisionRecord;
  /** Its data in RFC 8785 form. */
  readonly canonical: string;
  readonly opening: string;
  /** Events that nobody may open an approval from. */
  readonly forged: readonly string[];
  readonly withdrawal: string;
}

const tenant_id = TenantId.parse("acme");
const account_id = AccountId.parse("a1");

/** Held for a person, or only proposed; some end before their approval would. */
export function heldIntent(index: number, startEpochMs: number, random: Random): HeldIntent {
  const ref = { tenant_id, account_id, action_intent_id: IntentId.parse(`ai-${index}`) };
  const ends = random.chance(0.2) ? random.between(1_000, 200_000) : 30 * 86_400_000;
  const data = {
    ...ref,
    action_type: "CREATE_INTERNAL_NOTE",
    confidence_score: 0.9,
    risk_level: "LOW",
    parameters: { text: `note ${index}` },
    expires_at: new Date(startEpochMs + Math.floor(ends)).toISOString(),
  };
  const mode = random.chance(0.2) ? "PROPOSE_ONLY" : "APPROVAL_REQUIRED";
  const { record, canonical } = decided(data, ref, mode, startEpochMs - 1_000);
  const event = outcomeEvent(outcomeOf(record, canonical).detail);
  return {
    ref,
    record,
    canonical,
    opening: event,
    forged: [
      event.replaceAll(`note ${index}`, "pay 1,000,000"),
      event.replaceAll(`ai-${index}`, `ai-never-${index}`),
      event.replace('"source":"autonomy.gate"', '"source":"cc-native.decision"'),
    ],
    withdrawal: eventText(
      "ActionIntentWithdrawn",
      "cc-native.decision",
      JSON.stringify({ data: ref }),
    ),
  };
}

function decided(data: Record<string, unknown>, ref: IntentRef, mode: string, epochMs: number) {
  const { received, canonical } = receivedIntent({ data, ref, raw: "" });
  const { content } = received;
  const [reply] = factsReplies(
    [{ ...ref, action_type: content.valid ? content.intent.action_type : null }],
    ({ sk }) => (sk === "AUTONOMY#DEFAULT" ? { mode } : undefined),
  );
  if (!content.valid || reply?.facts === undefined || canonical === null) {
    throw new TypeError("The intent is valid.");
  }
  const decision = decideNow(content.intent, { ...reply.facts, calendar: calendarAt(epochMs) });
  return { record: recordOf(received, decision), canonical };
}

function outcomeEvent(detail: string): string {
  return eventText("ActionApprovalRequired", "autonomy.gate", detail);
}

function eventText(type: string, source: string, detail: string): string {
  return `{"version":"0","id":"e","detail-type":"${type}","source":"${source}","detail":${detail}}`;
}
