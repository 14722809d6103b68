import { expect, test } from "vitest";
import { sleepyClock } from "../../test/sleepy-clock.ts";
import { PermanentError, TransientError } from "../errors.ts";
import { deadlineIn } from "./backoff.ts";
import { untilDone } from "./until-done.ts";

const THROTTLED = new TransientError("THROTTLED", "Too many requests.");

/** Repeats an attempt that throws what `faultOf` returns for its number, from 1. */
async function repeating(faultOf: (attempt: number) => Error | undefined, delayMsMax = 1_000) {
  const clock = sleepyClock();
  const faults: string[] = [];
  let attempts = 0;
  const run = untilDone(
    async () => {
      attempts += 1;
      const fault = faultOf(attempts);
      if (fault !== undefined) throw fault;
      return attempts;
    },
    {
      clock,
      deadline: deadlineIn(clock, 5_000),
      delayMsMax,
      onFault: ({ code }) => faults.push(code),
    },
  );
  const result = await run.catch((error: unknown) => error);
  return { result, faults, attempts, tookMs: clock.elapsedMs() };
}

test("repeats an attempt until it succeeds, the first time at once", async () => {
  const { result, faults, tookMs } = await repeating((n) => (n < 2 ? THROTTLED : undefined));
  expect(result).toBe(2);
  expect(faults).toEqual(["THROTTLED"]);
  expect(tookMs).toBe(0);
});

test("throws at once what no retry can help", async () => {
  const fault = new PermanentError("no");
  const { result, attempts, faults } = await repeating(() => fault);
  expect(result).toBe(fault);
  expect(attempts).toBe(1);
  expect(faults).toEqual([]);
});

test("throws DEADLINE with the last fault as its cause when no time is left", async () => {
  const { result, attempts, tookMs } = await repeating(() => THROTTLED);
  expect(result).toMatchObject({ name: "TransientError", code: "DEADLINE", cause: THROTTLED });
  expect(attempts).toBeGreaterThan(5);
  expect(tookMs).toBeLessThan(5_000);
});

test("waits no longer than it is told between two attempts", async () => {
  const often = await repeating(() => THROTTLED, 100);
  const seldom = await repeating(() => THROTTLED);
  expect(often.attempts).toBeGreaterThan(3 * seldom.attempts);
});
