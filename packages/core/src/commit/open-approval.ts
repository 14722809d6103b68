import { heldDecision, openedApproval } from "../approval/open.ts";
import { resolveApprovalRule } from "../approval/rule.ts";
import { instantText } from "../day.ts";
import { PermanentError } from "../errors.ts";
import type { IntentRef } from "../ids.ts";
import { type ApprovalContext, findApproval, retryTerms } from "./approval-context.ts";
import { untilDone } from "./until-done.ts";

/** What an event says that asks for an approval. */
export interface OpeningRequest extends IntentRef {
  /** The intent's data in RFC 8785 form, and SHA-256 over it. */
  readonly intent: string;
  readonly fingerprint: string;
  readonly approval_id: string;
}

export type OpeningReply =
  /** There is an approval, from now on or from before. */
  | { readonly status: "open" }
  /** It was closed before: nothing is opened again. */
  | { readonly status: "closed" }
  /** The ledger has no such decision: the event is forged. */
  | { readonly status: "forged"; readonly problem: string };

/**
 * Opens the approval of a recorded decision: the ledger must say REQUIRE_APPROVAL for this payload
 * and have no closing. The decision is the ledger's, only the intent is the event's.
 */
export function openApproval(
  request: OpeningRequest,
  context: Omit<ApprovalContext, "bus">,
): Promise<OpeningReply> {
  return untilDone(() => openOnce(request, context), retryTerms("open", context));
}

async function openOnce(
  request: OpeningRequest,
  context: Omit<ApprovalContext, "bus">,
): Promise<OpeningReply> {
  const { store, clock } = context;
  const { record, approval, closing } = await findApproval(request, context);
  if (record.status === "absent") return forged("the ledger has no decision on this intent");
  if (record.status === "unreadable") {
    throw new PermanentError("The intent's recorded decision cannot be read.");
  }
  const held = record.value;
  if (held.decision !== "REQUIRE_APPROVAL") {
    return forged("the ledger's decision is not REQUIRE_APPROVAL");
  }
  if (held.fingerprint !== request.fingerprint) {
    return forged("data.intent is not what was decided");
  }
  if (closing.status !== "absent") return { status: "closed" };
  if (approval.status !== "absent") return { status: "open" };
  const levels = await store.rules(request, heldDecision(held).action_type);
  const opened = openedApproval(held, resolveApprovalRule(levels).rule, {
    approval_id: request.approval_id,
    opened_at: instantText(clock.epochMs()),
  });
  await store.open(opened, request.intent);
  return { status: "open" };
}

function forged(problem: string): OpeningReply {
  return { status: "forged", problem };
}
