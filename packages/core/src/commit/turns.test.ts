import { expect, test } from "vitest";
import { virtualClock } from "../../test/virtual-clock.ts";
import { createTurns } from "./turns.ts";

test("work of one key runs in the order it came, one at a time; other keys do not wait", async () => {
  const clock = virtualClock();
  const turns = createTurns();
  const log: string[] = [];
  const work = (name: string, ms: number) => async () => {
    log.push(`${name} begins`);
    await clock.sleep(ms);
    log.push(`${name} ends`);
    return name;
  };
  const answers = await Promise.all([
    turns.take("a", work("a1", 30)),
    turns.take("a", work("a2", 5)),
    turns.take("b", work("b1", 10)),
    turns.take("a", work("a3", 1)),
  ]);
  expect(answers).toEqual(["a1", "a2", "b1", "a3"]);
  expect(log).toEqual([
    "a1 begins",
    "b1 begins",
    "b1 ends",
    "a1 ends",
    "a2 begins",
    "a2 ends",
    "a3 begins",
    "a3 ends",
  ]);
});

test("work that comes while another's turn has begun waits for that one", async () => {
  const clock = virtualClock();
  const turns = createTurns();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await clock.sleep(10);
    log.push(`${name} ends`);
  };
  const first = turns.take("a", work("first"));
  const second = turns.take("a", work("second"));
  await first;
  await Promise.all([second, turns.take("a", work("third"))]);
  expect(log).toEqual([
    "first begins",
    "first ends",
    "second begins",
    "second ends",
    "third begins",
    "third ends",
  ]);
});

test("work that fails fails its caller alone, and the next still waits for it", async () => {
  const clock = virtualClock();
  const turns = createTurns();
  const failing = turns.take("a", async () => {
    await clock.sleep(10);
    throw new Error("failed");
  });
  const next = turns.take("a", async () => clock.elapsedMs());
  await expect(failing).rejects.toThrow("failed");
  expect(await next).toBe(10);
  expect(await turns.take("a", async () => clock.elapsedMs())).toBe(10);
});
