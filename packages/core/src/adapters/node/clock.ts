import { performance } from "node:perf_hooks";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../ports.ts";

/** The machine's own clock; `offsetMs` moves what time it is, not how long things take. */
export function systemClock(offsetMs = 0): Clock {
  return {
    epochMs: () => Date.now() + offsetMs,
    elapsedMs: () => performance.now(),
    sleep: (ms) => delay(ms),
    random: () => Math.random(),
    tzData: timeZoneDataVersion(),
  };
}

/** Version of the time zone data that days are computed with, such as `2026a`. */
export function timeZoneDataVersion(): string {
  return process.versions.tz ?? "unknown";
}

/** `YYYY-MM-DDTHH:mm:ss.sssZ`, for edges that need no calendar. */
export function isoInstant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
