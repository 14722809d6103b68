import type { AccountRef, ActionType } from "../ids.ts";
import type { AutonomyMode, ModeSource } from "../mode/mode.ts";
import type { PolicyFacts } from "./facts.ts";

/** One question to a policy: all it may know. */
export interface PolicyQuestion extends AccountRef {
  readonly action_type: ActionType;
  /** `null`: the level that answers contains no known mode (`facts.mode_found`). */
  readonly autonomy_mode: AutonomyMode | null;
  /** `GIVEN`: a caller passed the mode, and only the caller knows where it is set. */
  readonly mode_source: ModeSource | "GIVEN";
  readonly facts: PolicyFacts;
  /** Absent when the caller has no clock. */
  readonly now?: ClockReading;
}

/** The gate's clock: the same instant in epoch milliseconds and as text. */
export interface ClockReading {
  readonly epochMs: number;
  readonly instant: string;
}

/** A question whose answer becomes a decision: the level of the mode and the time are known. */
export interface DecisionQuestion extends PolicyQuestion {
  readonly mode_source: ModeSource;
  readonly now: ClockReading;
}
