import { expect, test } from "vitest";
import { sleepyClock } from "../../test/sleepy-clock.ts";
import { deadlineIn } from "../commit/backoff.ts";
import type { Delivery, RefusedDelivery } from "../ports.ts";
import { refusal } from "./refusal.ts";
import { type SendingTerms, sendUntilAccepted } from "./send-until-accepted.ts";

const ACCEPTED: Delivery = { accepted: true };
const REFUSED = refusal("InternalFailure");

/** Sends items to a receiver that answers each attempt in turn; records what was sent. */
async function sending(
  items: readonly string[],
  answer: (attempt: number, item: string) => Delivery | undefined,
  more: Pick<SendingTerms, "isSentAgain"> = {},
) {
  const clock = sleepyClock();
  const attempts: string[][] = [];
  const refusals: string[] = [];
  const { accepted, refused } = await sendUntilAccepted(
    items,
    async (some) => {
      attempts.push([...some]);
      return some.flatMap((item) => answer(attempts.length, item) ?? []);
    },
    {
      clock,
      deadline: deadlineIn(clock, 5_000),
      onRefused: ({ errorCode }) => refusals.push(errorCode),
      ...more,
    },
  );
  return { accepted: [...accepted], refused, attempts, refusals, tookMs: clock.elapsedMs() };
}

test("makes no attempt when there is nothing to send", async () => {
  expect((await sending([], () => ACCEPTED)).attempts).toEqual([]);
});

test("an attempt that throws has delivered nothing, and is repeated", async () => {
  const { accepted, attempts, refusals } = await sending(["a", "b"], (attempt) => {
    if (attempt === 1) throw new RangeError("out of reach");
    return ACCEPTED;
  });
  expect(attempts).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);
  expect(accepted).toEqual(["a", "b"]);
  expect(refusals).toEqual(["RangeError", "RangeError"]);
});

test("does not send again what was accepted", async () => {
  const { accepted, refused, attempts } = await sending(["a", "b"], () => ACCEPTED);
  expect(accepted).toEqual(["a", "b"]);
  expect(refused.size).toBe(0);
  expect(attempts).toEqual([["a", "b"]]);
});

test("GATE-1: sends again only what was refused, and counts it only once it was accepted", async () => {
  const { accepted, refused, attempts, refusals } = await sending(
    ["a", "b", "c"],
    (attempt, item) => (item === "b" && attempt < 3 ? REFUSED : ACCEPTED),
  );
  expect(attempts).toEqual([["a", "b", "c"], ["b"], ["b"]]);
  expect(new Set(accepted)).toEqual(new Set(["a", "b", "c"]));
  expect(refused.size).toBe(0);
  expect(refusals).toEqual(["InternalFailure", "InternalFailure"]);
});

test("reports what was refused until the deadline with its last refusal", async () => {
  const { accepted, refused, attempts, tookMs } = await sending(["a", "b"], (attempt, item) =>
    item === "b" ? refusal(`Refused${attempt}`) : ACCEPTED,
  );
  expect(accepted).toEqual(["a"]);
  expect(attempts.length).toBeGreaterThan(5);
  expect([...refused]).toEqual([["b", refusal(`Refused${attempts.length}`)]]);
  expect(tookMs).toBeLessThanOrEqual(5_000);
});

test("does not send again what its sender gives up on", async () => {
  const last: RefusedDelivery = refusal("MalformedDetail", "not JSON", true);
  const { accepted, refused, attempts } = await sending(
    ["a", "b"],
    (attempt, item) => (item === "a" ? last : attempt === 1 ? REFUSED : ACCEPTED),
    { isSentAgain: ({ final }) => !final },
  );
  expect(attempts).toEqual([["a", "b"], ["b"]]);
  expect(accepted).toEqual(["b"]);
  expect([...refused]).toEqual([["a", last]]);
});

test("an item that an attempt leaves out is sent again, and keeps the refusal it had", async () => {
  const { accepted, refused, attempts } = await sending(["a", "b", "c"], (attempt, item) => {
    if (item === "a") return ACCEPTED;
    return item === "b" && attempt === 1 ? REFUSED : undefined;
  });
  expect(accepted).toEqual(["a"]);
  expect(attempts.length).toBeGreaterThan(5);
  expect(refused.get("b")).toEqual(REFUSED);
  expect(refused.get("c")).toMatchObject({ errorCode: "DEADLINE", final: false });
});
