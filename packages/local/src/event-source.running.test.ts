import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type HandledBatches, handledBatches } from "../test/handled-batches.ts";
import { type LocalQueues, startLocalQueues } from "../test/local-queues.ts";

const EMPTY = { waiting: 0, inFlight: 0 };
let queues: LocalQueues;
let handled: HandledBatches;

beforeEach(async () => {
  queues = await startLocalQueues();
  handled = handledBatches(queues);
  await queues.create("work", 600);
});

afterEach(async () => queues.close());

describe("a running event source", () => {
  it("works on as many batches at once as asked for, and no more", async () => {
    const bothIn = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await queues.send("work", ..."abcdef");

    const source = handled.run(
      async () => {
        if (handled.batches.length === 2) {
          bothIn.resolve();
        }
        await release.promise;
      },
      { batchSize: 1, parallelBatches: 2 },
    );
    await bothIn.promise;
    // Each count is a round trip in which a third batch would have been received.
    for (let round = 0; round < 20; round += 1) {
      expect(await queues.count("work")).toEqual({ waiting: 4, inFlight: 2 });
    }
    release.resolve();
    await handled.until(6);
    await source.stop();

    expect(handled.bodies().flat().sort()).toEqual([..."abcdef"]);
  });

  it("goes on when polls fail, and says so", async () => {
    const failed = Promise.withResolvers<unknown>();

    handled.run(undefined, { queue: "not-yet", onFault: failed.resolve });
    expect(String(await failed.promise)).toContain("QueueDoesNotExist");
    await queues.create("not-yet");
    await queues.send("not-yet", "a");
    await handled.until(1);

    expect(handled.bodies()).toEqual([["a"]]);
  });
});

describe("stop", () => {
  it("waits for the batch in work, and deletes it", async () => {
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    let finished = false;
    await queues.send("work", "a");

    const source = handled.run(async () => {
      entered.resolve();
      await release.promise;
      finished = true;
    });
    await entered.promise;
    const stopping = source.stop();
    release.resolve();
    await stopping;

    expect(finished).toBe(true);
    expect(await queues.count("work")).toEqual(EMPTY);
  });

  it("leaves no message in flight to nobody, not even one sent meanwhile", async () => {
    await queues.send("work", "before");
    const source = handled.run(undefined, { parallelBatches: 3 });
    await handled.until(1);

    const stopping = source.stop();
    await queues.send("work", "while stopping");
    await stopping;
    await queues.send("work", "after");

    const { waiting, inFlight } = await queues.count("work");
    expect(inFlight).toBe(0);
    expect(handled.bodies().flat().length + waiting).toBe(3);
    expect(await queues.receive("work")).toContain("after");
  });

  it("closes an open window at once and works on what it holds", async () => {
    await queues.send("work", "a", "b");
    const received = Promise.withResolvers<void>();
    const source = handled.run(async () => received.resolve(), {
      batchSize: 20,
      windowSeconds: 300,
    });
    while ((await queues.count("work")).inFlight < 2) {}

    await source.stop();
    await received.promise;

    expect(handled.bodies()).toEqual([["a", "b"]]);
    expect(await queues.count("work")).toEqual(EMPTY);
  });

  it("takes an idle source no longer than its poll, and may be asked for twice", async () => {
    const source = handled.run(undefined, { pollSeconds: 1 });
    const started = performance.now();

    await Promise.all([source.stop(), source.stop()]);

    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
