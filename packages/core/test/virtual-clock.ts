import type { Clock } from "../src/ports.ts";

export interface VirtualClock extends Clock {
  /** Sets what time it is; how long things take is not touched. */
  set(instant: string): void;
  /** Lets time pass while nobody sleeps. */
  pass(ms: number): void;
}

/**
 * A clock on which nothing is waited for: once all other work rests, time jumps to the sleeper who
 * wakes next. Its random numbers are the same in each run.
 */
export function virtualClock(instant = "2026-11-22T12:00:00.000Z", seed = 1): VirtualClock {
  let elapsedMs = 0;
  let epochAtZeroMs = Date.parse(instant);
  const sleepers: { readonly wakesAtMs: number; readonly wake: () => void }[] = [];
  const wakeNext = () => {
    const next = sleepers.toSorted((a, b) => a.wakesAtMs - b.wakesAtMs)[0];
    if (next === undefined) return;
    sleepers.splice(sleepers.indexOf(next), 1);
    elapsedMs = Math.max(elapsedMs, next.wakesAtMs);
    next.wake();
    if (sleepers.length > 0) setImmediate(wakeNext);
  };
  return {
    epochMs: () => Math.floor(epochAtZeroMs + elapsedMs),
    elapsedMs: () => elapsedMs,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ wakesAtMs: elapsedMs + ms, wake });
        if (sleepers.length === 1) setImmediate(wakeNext);
      }),
    random: randomFrom(seed),
    set: (next) => {
      epochAtZeroMs = Date.parse(next) - elapsedMs;
    },
    pass: (ms) => {
      elapsedMs += ms;
    },
  };
}

/** Mulberry32: numbers from 0 up to but not including 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
