import { approvalId, receivedIntent } from "@autonomy-gate/core/adapters";
import type { OpeningRequest } from "@autonomy-gate/core/commit";
import {
  INTENT_WITHDRAWN_DETAIL_TYPE,
  OUTCOME_DETAIL_TYPE,
  OUTCOME_SOURCE,
} from "@autonomy-gate/core/contract";
import type { IntentRef } from "@autonomy-gate/core/ids";
import { IntentIds, issuesOf } from "@autonomy-gate/core/intent";
import * as z from "zod";
import { type Refused, readEnvelope, refused, unexpectedEvent, unusableIds } from "../event.ts";

/** What a message of the approvals queue asks, or something no retry can help. */
export type ApprovalMessage =
  | { readonly kind: "opening"; readonly request: OpeningRequest }
  | {
      readonly kind: "withdrawal";
      readonly ref: IntentRef;
      readonly by: string;
      readonly reason?: string | undefined;
    }
  | Refused;

const REASON_LENGTH_MAX = 1_024;

const Reason = z.looseObject({ reason: z.string().optional().catch(undefined) });

/**
 * Reads the EventBridge event in an SQS body. The rules let only these events pass; they are checked
 * again, since anyone who may send to the queue could have written them. Never throws.
 */
export function readApprovalMessage(body: string, sources: readonly string[]): ApprovalMessage {
  const event = readEnvelope(body);
  if (event.kind === "refused") return event;
  const { envelope, flaws } = event;
  const { data } = envelope.detail;
  const withdrawn = envelope["detail-type"] === INTENT_WITHDRAWN_DETAIL_TYPE;
  const unexpected = unexpectedEvent(
    envelope,
    withdrawn
      ? { sources, detailType: INTENT_WITHDRAWN_DETAIL_TYPE }
      : { sources: [OUTCOME_SOURCE], detailType: OUTCOME_DETAIL_TYPE.REQUIRE_APPROVAL },
  );
  if (unexpected !== undefined) return unexpected;
  const ids = IntentIds.safeParse(data);
  if (!ids.success) return unusableIds(issuesOf(ids.error, "data"));
  if (flaws.length > 0) return refused("MALFORMED_MESSAGE", "The detail is ambiguous.");
  const { tenant_id, account_id, action_intent_id } = ids.data;
  const ref = { tenant_id, account_id, action_intent_id };
  if (!withdrawn) return opening(ref, ids.data.intent, body);
  const reason = Reason.safeParse(data).data?.reason?.slice(0, REASON_LENGTH_MAX);
  return { kind: "withdrawal", ref, by: envelope.source, reason: reason?.toWellFormed() };
}

function opening(ref: IntentRef, data: unknown, body: string): ApprovalMessage {
  const { received, canonical } = receivedIntent({ data, ref, raw: body });
  if (canonical === null) return refused("UNEXPECTED_EVENT", "data.intent must be JSON");
  const { fingerprint } = received;
  const request = { ...ref, intent: canonical, fingerprint, approval_id: approvalId(ref) };
  return { kind: "opening", request };
}
