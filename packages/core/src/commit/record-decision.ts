import type { DecisionRecord } from "../decision/decision.ts";
import { TransientError } from "../errors.ts";
import type { ReceivedIntent } from "../gate/received.ts";
import { createBackoff } from "./backoff.ts";
import type { CommitContext } from "./context.ts";
import { adopt, type CommitResult } from "./result.ts";

/** Records a decision that claims nothing, or adopts the one recorded before. Never throws. */
export async function recordDecision(
  received: ReceivedIntent,
  record: DecisionRecord,
  { store, clock, deadline, signals }: CommitContext,
): Promise<CommitResult> {
  const backoff = createBackoff(clock, deadline);
  for (;;) {
    try {
      const reply = await store.record(record);
      return reply.status === "recorded"
        ? { status: "recorded", record, adopted: false }
        : adopt(received, reply.existing);
    } catch (error) {
      if (!(error instanceof TransientError)) return { status: "failed", error };
      signals.retried("record", error.code);
      if (!(await backoff.waitIfTime())) return { status: "failed", error };
    }
  }
}
