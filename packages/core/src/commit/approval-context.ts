import type { IntentRef } from "../ids.ts";
import type { Clock, OutcomeBus } from "../ports.ts";
import type { ApprovalStore, FoundApproval } from "../store/approvals.ts";
import type { Deadline } from "./backoff.ts";
import type { GateSignals } from "./context.ts";
import { ensureClock } from "./read-facts.ts";
import type { RetryTerms } from "./until-done.ts";

/** What the protocols of approvals work with. */
export interface ApprovalContext {
  readonly store: ApprovalStore;
  readonly bus: OutcomeBus;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly signals: GateSignals;
}

/** How one operation is repeated: until the deadline, each fault signalled. */
export function retryTerms(
  operation: string,
  { clock, deadline, signals }: Omit<ApprovalContext, "store" | "bus">,
): RetryTerms {
  return { clock, deadline, onFault: ({ code }) => signals.retried(operation, code) };
}

/**
 * Reads an approval and all there is of it. Throws TransientError CLOCK when this machine's clock
 * cannot be relied on: time opens, closes and ends approvals.
 */
export async function findApproval(
  ref: IntentRef,
  { store, clock, signals }: Omit<ApprovalContext, "bus">,
): Promise<FoundApproval> {
  const epochMs = clock.epochMs();
  const found = await store.find(ref);
  ensureClock(epochMs, found, signals);
  return found;
}
