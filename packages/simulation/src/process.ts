import type { Clock } from "@autonomy-gate/core/ports";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

/** One run of a program: it dies once. What it was waiting for then never comes. */
export interface SimProcess {
  readonly name: string;
  /** How far its clock is from the true time. */
  readonly skewMs: number;
  readonly clock: Clock;
  isAlive(): boolean;
  die(): void;
  /**
   * Stands still: what would have gone on goes on afterwards. A suspended machine does not count
   * the time as elapsed, though it knows afterwards what time it is.
   */
  freeze(ms: number, how: "stopped" | "suspended"): void;
  /** Lets the program's code go on after a delay: later when it is frozen, never when it is dead. */
  resumeAfter(delayMs: number, run: () => void): void;
}

export interface ProcessSettings {
  readonly name: string;
  readonly skewMs: () => number;
  /** The true time at virtual time 0, epoch milliseconds. */
  readonly startEpochMs: number;
  readonly onDeath: () => void;
}

export function createProcess(
  scheduler: Scheduler,
  random: Random,
  { name, skewMs, startEpochMs, onDeath }: ProcessSettings,
): SimProcess {
  let alive = true;
  let frozenUntilMs = 0;
  let suspendedMs = 0;
  let suspendedUntilMs = 0;

  function resume(run: () => void): void {
    if (!alive) return;
    if (scheduler.nowMs() < frozenUntilMs) {
      scheduler.at(frozenUntilMs, () => resume(run));
      return;
    }
    scheduler.woke();
    run();
  }

  function resumeAfter(delayMs: number, run: () => void): void {
    scheduler.after(delayMs, () => resume(run));
  }

  function elapsedMs(): number {
    const nowMs = scheduler.nowMs();
    return nowMs - suspendedMs + Math.max(0, suspendedUntilMs - nowMs);
  }

  return {
    name,
    get skewMs() {
      return skewMs();
    },
    clock: {
      epochMs: () => Math.floor(startEpochMs + scheduler.nowMs() + skewMs()),
      elapsedMs,
      sleep: (ms) => new Promise((resolve) => resumeAfter(ms, resolve)),
      random: () => random.next(),
    },
    isAlive: () => alive,
    die: () => {
      if (!alive) return;
      alive = false;
      onDeath();
    },
    freeze: (ms, how) => {
      const untilMs = scheduler.nowMs() + ms;
      frozenUntilMs = Math.max(frozenUntilMs, untilMs);
      if (how === "stopped") return;
      suspendedMs += Math.max(0, untilMs - Math.max(suspendedUntilMs, scheduler.nowMs()));
      suspendedUntilMs = Math.max(suspendedUntilMs, untilMs);
    },
    resumeAfter,
  };
}
