import type { Clock, OutcomeBus } from "../ports.ts";
import type { ApprovalStore } from "../store/approvals.ts";
import type { Deadline } from "./backoff.ts";
import type { GateSignals } from "./context.ts";
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
