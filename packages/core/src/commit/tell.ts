import type { ClosedApproval } from "../approval/approval.ts";
import { type ClosingEntry, closingEvent } from "../approval/closing.ts";
import { instantText } from "../day.ts";
import { sendUntilAccepted } from "../delivery/send-until-accepted.ts";
import { PermanentError, TransientError } from "../errors.ts";
import type { GateEvent } from "../outcome/outcome.ts";
import { type ApprovalContext, retryTerms } from "./approval-context.ts";
import { untilDone } from "./until-done.ts";

/**
 * Tells a closing: publishes it from the ledger's entry and the stored intent, and clears `untold`
 * only after the bus accepted it. Safe to do twice. Where there is no time left, the sweep does it.
 *
 * @param intent the payload's canonical text
 * @returns the approval as it is then: told, or still untold
 */
export async function tell(
  approval: ClosedApproval,
  entry: ClosingEntry,
  intent: string | undefined,
  context: ApprovalContext,
): Promise<ClosedApproval> {
  if (intent === undefined) {
    throw new PermanentError("The closing cannot be told: its approval's payload is not stored.");
  }
  const { untold, ...rest } = approval;
  const event = closingEvent(entry, intent);
  try {
    if (!(await isAccepted(event, context))) return approval;
    const told_at = instantText(context.clock.epochMs());
    const told = { ...rest, version: rest.version + 1, told_at, payload_kept: true } as const;
    // Refused: somebody else has cleared it.
    await untilDone(() => context.store.replace(told), retryTerms("clear", context));
    return told;
  } catch (error) {
    if (error instanceof TransientError) return approval;
    throw error;
  }
}

async function isAccepted(
  event: GateEvent,
  { bus, clock, deadline, signals }: ApprovalContext,
): Promise<boolean> {
  const { accepted } = await sendUntilAccepted([event], (events) => bus.publish(events), {
    clock,
    deadline,
    onRefused: ({ errorCode }) => signals.retried("tell", errorCode),
  });
  return accepted.has(event);
}
