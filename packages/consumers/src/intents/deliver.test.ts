import { deadlineIn } from "@autonomy-gate/core/commit/backoff";
import type { Clock, Delivery } from "@autonomy-gate/core/ports";
import { expect, test } from "vitest";
import { deliver } from "./deliver.ts";

const ACCEPTED: Delivery = { accepted: true };
const REFUSED: Delivery = { accepted: false, errorCode: "InternalFailure" };

/** A clock that moves only when somebody sleeps. */
function sleepyClock(): Clock {
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

/** Delivers with a receiver that answers each attempt in turn, and notes what it was asked. */
async function delivering(
  items: readonly string[],
  answer: (attempt: number, item: string) => Delivery | undefined,
) {
  const clock = sleepyClock();
  const asked: string[][] = [];
  const retries: string[] = [];
  const accepted = await deliver(
    "publish",
    items,
    async (some) => {
      asked.push([...some]);
      return some.flatMap((item) => answer(asked.length, item) ?? []);
    },
    {
      clock,
      deadline: deadlineIn(clock, 5_000),
      signals: { retried: (operation, code) => retries.push(`${operation} ${code}`) },
    },
  );
  return { accepted: [...accepted], asked, retries, tookMs: clock.elapsedMs() };
}

test("nothing to deliver asks nobody", async () => {
  expect((await delivering([], () => ACCEPTED)).asked).toEqual([]);
});

test("a receiver that throws has accepted nothing yet, and is asked again", async () => {
  const { accepted, asked, retries } = await delivering(["a", "b"], (attempt) => {
    if (attempt === 1) throw new RangeError("out of reach");
    return ACCEPTED;
  });
  expect(asked).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);
  expect(accepted).toEqual(["a", "b"]);
  expect(retries).toEqual(["publish RangeError", "publish RangeError"]);
});

test("what is accepted is not sent again", async () => {
  const { accepted, asked } = await delivering(["a", "b"], () => ACCEPTED);
  expect(accepted).toEqual(["a", "b"]);
  expect(asked).toEqual([["a", "b"]]);
});

test("GATE-1: what is refused is sent again, alone, and counts only once it was accepted", async () => {
  const { accepted, asked, retries } = await delivering(["a", "b", "c"], (attempt, item) =>
    item === "b" && attempt < 3 ? REFUSED : ACCEPTED,
  );
  expect(asked).toEqual([["a", "b", "c"], ["b"], ["b"]]);
  expect(new Set(accepted)).toEqual(new Set(["a", "b", "c"]));
  expect(retries).toEqual(["publish InternalFailure", "publish InternalFailure"]);
});

test("what is refused until the deadline is not among the accepted, and the rest is", async () => {
  const { accepted, asked, tookMs } = await delivering(["a", "b"], (_, item) =>
    item === "b" ? REFUSED : ACCEPTED,
  );
  expect(accepted).toEqual(["a"]);
  expect(asked.length).toBeGreaterThan(5);
  expect(tookMs).toBeLessThanOrEqual(5_000);
});

test("an item without an answer was not accepted", async () => {
  const { accepted, retries } = await delivering(["a"], () => undefined);
  expect(accepted).toEqual([]);
  expect(retries[0]).toBe("publish NoResult");
});
