import type { DecisionRecord } from "../decision/decision.ts";
import type { ReceivedIntent } from "../gate/received.ts";
import type { CommitContext } from "./context.ts";
import { adopt, type CommitResult } from "./result.ts";
import { untilDone } from "./until-done.ts";

/** Records a decision that claims nothing, or adopts the one recorded before. Never throws. */
export async function recordDecision(
  received: ReceivedIntent,
  record: DecisionRecord,
  { store, clock, deadline, signals }: CommitContext,
): Promise<CommitResult> {
  try {
    const reply = await untilDone(() => store.record(record), {
      clock,
      deadline,
      onFault: ({ code }) => signals.retried("record", code),
    });
    return reply.status === "recorded"
      ? { status: "recorded", record, adopted: false }
      : adopt(received, reply.existing);
  } catch (error) {
    return { status: "failed", error };
  }
}
