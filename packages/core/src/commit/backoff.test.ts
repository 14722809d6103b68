import { describe, expect, test } from "vitest";
import { virtualClock } from "../../test/virtual-clock.ts";
import { TransientError } from "../errors.ts";
import { createBackoff, deadlineIn } from "./backoff.ts";

/** The waits of a backoff on a clock whose random number is always the greatest. */
async function waits(count: number, delayMsMax?: number): Promise<number[]> {
  const clock = { ...virtualClock(), random: () => 1 - 2 ** -53 };
  const backoff = createBackoff(clock, deadlineIn(clock, 1_000_000), delayMsMax);
  const taken: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = clock.elapsedMs();
    await backoff.wait();
    taken.push(Math.round(clock.elapsedMs() - before));
  }
  return taken;
}

describe("the waits between attempts", () => {
  test("are none at first, then below a bound that doubles up to a second", async () => {
    expect(await waits(9)).toEqual([0, 25, 50, 100, 200, 400, 800, 1_000, 1_000]);
  });

  test("keep to a lower bound when there is one", async () => {
    expect(await waits(6, 100)).toEqual([0, 25, 50, 100, 100, 100]);
  });

  test("are random below their bound", async () => {
    const clock = { ...virtualClock(), random: () => 0.5 };
    const backoff = createBackoff(clock, deadlineIn(clock, 1_000));
    await backoff.wait();
    await backoff.wait();
    expect(clock.elapsedMs()).toBe(12.5);
  });
});

describe("a deadline", () => {
  test("says how much is left, also when it is over", () => {
    const clock = virtualClock();
    const deadline = deadlineIn(clock, 100);
    clock.pass(30);
    expect(deadline.remainingMs()).toBe(70);
    clock.pass(80);
    expect(deadline.remainingMs()).toBe(-10);
  });

  test.each([
    [25.01, true],
    [25, false],
    [24, false],
  ])("with %f ms left a wait of 25 ms is begun: %s", async (remaining, begun) => {
    const clock = { ...virtualClock(), random: () => 1 };
    const backoff = createBackoff(clock, deadlineIn(clock, remaining));
    expect(await backoff.waitIfTime()).toBe(true);
    expect(await backoff.waitIfTime()).toBe(begun);
    expect(clock.elapsedMs()).toBe(begun ? 25 : 0);
  });

  test("that is over allows no attempt, not even at once", async () => {
    const clock = virtualClock();
    expect(await createBackoff(clock, deadlineIn(clock, 0)).waitIfTime()).toBe(false);
    const cause = new Error("why");
    const error: unknown = await createBackoff(clock, deadlineIn(clock, 0))
      .wait(cause)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: "DEADLINE", cause });
  });
});
