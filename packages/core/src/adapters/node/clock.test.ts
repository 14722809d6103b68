import { expect, test } from "vitest";
import { isoInstant, systemClock } from "./clock.ts";

test("the machine's clock tells its time, an offset apart, and sleeps in real time", async () => {
  const before = Date.now();
  const clock = systemClock(3_600_000);
  expect(clock.epochMs() - before).toBeGreaterThanOrEqual(3_600_000);
  expect(clock.epochMs() - before).toBeLessThan(3_660_000);
  expect(systemClock().epochMs() - before).toBeLessThan(60_000);
  const begun = clock.elapsedMs();
  await clock.sleep(5);
  expect(clock.elapsedMs() - begun).toBeGreaterThanOrEqual(4);
  expect(clock.random()).toBeLessThan(1);
  expect(isoInstant(0)).toBe("1970-01-01T00:00:00.000Z");
});
