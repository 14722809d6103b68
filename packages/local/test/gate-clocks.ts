import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import type { Clock } from "@autonomy-gate/core/ports";

const FROM_NOON_MS = Date.parse("2026-11-22T12:00:00.000Z") - Date.now();

/** A clock that goes as the machine's does, from noon on: no test runs over midnight. */
export function noonClock(): Clock {
  return systemClock(FROM_NOON_MS);
}

/** A clock that says what it is told; time passes on it while somebody waits, at once, or by `pass`. */
export function clockAt(
  instant: string,
): Clock & { set(instant: string): void; pass(ms: number): void } {
  let now = Date.parse(instant);
  let elapsedMs = 0;
  const pass = (ms: number) => {
    elapsedMs += ms;
  };
  return {
    epochMs: () => now,
    elapsedMs: () => elapsedMs,
    sleep: async (ms) => pass(ms),
    pass,
    random: () => Math.random(),
    set: (next) => {
      now = Date.parse(next);
    },
  };
}

/** How far a clock is moved: the comparison with the stand-ins' time is moved with it. */
export function offsetOf(clock: Clock): number {
  return clock.epochMs() - Date.now();
}
