import type { Decision, Snapshot } from "@autonomy-gate/core/gate";
import type { ActionIntentV1 } from "@autonomy-gate/core/intent";

/** An intent as it was simulated, and what came of it. */
export interface Simulated {
  readonly intent: ActionIntentV1;
  readonly snapshot: Snapshot;
  readonly decision: Decision;
}

/** What part of the world one change is to. */
export const CHANGE_KINDS = [
  "CONFIDENCE",
  "RISK",
  "EXPIRY",
  "MODE",
  "KILL_SWITCH",
  "ACTION_TYPE",
  "BUDGET",
  "POLICY",
  "TIME",
] as const;

/** One single change, with the world as it would be after it. */
export interface Variation {
  readonly kind: (typeof CHANGE_KINDS)[number];
  /** In words, such as `confidence 0.66 → 0.7`. */
  readonly change: string;
  readonly intent: ActionIntentV1;
  readonly snapshot: Snapshot;
}
