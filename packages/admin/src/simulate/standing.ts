import { adopt } from "@autonomy-gate/core/commit";
import { type DecisionRecord, type ReceivedIntent, RecordFields } from "@autonomy-gate/core/gate";
import type { Stored } from "@autonomy-gate/core/values";
import * as z from "zod";

/** What stands already under an intent's id, and what that means for the intent as it is here. */
export const Standing = z.union([
  z.object({
    decision: RecordFields.shape.decision,
    reason: RecordFields.shape.reason,
    decided_at: RecordFields.shape.decided_at,
    /**
     * Whatever is simulated, the gate would publish the recorded decision again; or, since that
     * was taken on another payload, put this intent into quarantine.
     */
    on_delivery: z.enum(["REPEATED", "INTENT_CONFLICT"]),
  }),
  /** The gate cannot read it either, and would decide nothing. */
  z.object({ unreadable: z.literal(true) }),
]);
type Standing = z.infer<typeof Standing>;

/** By the gate's own rule; `undefined`: nothing stands. */
export function standing(
  received: ReceivedIntent,
  recorded: Stored<DecisionRecord>,
): Standing | undefined {
  if (recorded.status === "absent") return undefined;
  const adopted = adopt(received, recorded);
  if (adopted.status === "failed") return { unreadable: true };
  const { decision, reason, decided_at } = adopted.record;
  const on_delivery = adopted.status === "recorded" ? "REPEATED" : "INTENT_CONFLICT";
  return { decision, reason, decided_at, on_delivery };
}
