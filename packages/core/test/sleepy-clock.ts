import type { Clock } from "../src/ports.ts";

/** A clock that moves only when somebody sleeps. */
export function sleepyClock(): Clock {
  let now = 0;
  return {
    epochMs: () => now,
    elapsedMs: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    random: () => 0.5,
  };
}
