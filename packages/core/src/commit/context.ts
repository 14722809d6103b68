import type { Clock, GateStore } from "../ports.ts";
import type { Deadline } from "./backoff.ts";
import type { Turns } from "./turns.ts";

/** Told what went on, for metrics; never asked anything. */
export interface GateSignals {
  /** An operation is about to be tried again; `code` says why. */
  retried(operation: string, code: string): void;
  /** This machine's clock is too far ahead of the service's, or behind it where negative. */
  clockDiffers(differenceMs: number): void;
}

/** What committing needs beside the decisions. */
export interface CommitContext {
  readonly store: GateStore;
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** One transaction in flight an account, or a tenant with a ceiling, a process. */
  readonly turns: Turns;
  readonly signals: GateSignals;
}
