import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../src/clients.ts";
import { openOutcomeFeed } from "../src/outcome-feed.ts";
import { readStackFile } from "../src/stack-file.ts";
import { openWorkbench, type Workbench } from "./process-fixture.ts";

let bench: Workbench;

beforeEach(async () => {
  bench = await openWorkbench();
});

afterEach(async () => {
  await bench.close();
});

const WAIT = { timeout: 20_000, interval: 50 };

test("OUT-4: a consumer whose log cannot be written goes on deciding", async () => {
  await bench.start(["stack"]).line("is ready");
  const consumer = bench.start(["consumer"]);
  await consumer.line("Consuming intents");
  consumer.closeOutput();
  const stack = await readStackFile(bench.stackFile);
  const clients = connect(stack);
  const feed = await openOutcomeFeed(clients, stack);
  for (const id of ["ai_1", "ai_2"]) {
    const intent = { action_intent_id: id, tenant_id: "acme", account_id: "acct_1" };
    // One after the other: the log of the first has failed when the second is decided.
    await bench.run(["send", "-"], JSON.stringify(intent));
    await vi.waitFor(async () => {
      expect((await feed.next()).map((outcome) => outcome.action_intent_id)).toContain(id);
    }, WAIT);
  }
  await feed.close();
  clients.destroy();
  expect(await consumer.stop()).toBe(0);
});

test("OUT-4: `gate tail` whose reader has gone ends, and leaves no queue and no rule", async () => {
  await bench.start(["stack"]).line("is ready");
  await bench.start(["consumer"]).line("Consuming intents");
  const tail = bench.start(["tail"]);
  await tail.line("Following outcomes");
  const clients = connect(await readStackFile(bench.stackFile));
  const { bus } = (await readStackFile(bench.stackFile)).events;
  tail.closeOutput();
  await bench.run(["send", "-"], '{"action_intent_id":"ai_1","tenant_id":"a","account_id":"b"}');
  await vi.waitFor(async () => {
    const { QueueUrls } = await clients.sqs.send(
      new ListQueuesCommand({ QueueNamePrefix: "feed-" }),
    );
    const { Rules } = await clients.events.send(
      new ListRulesCommand({ EventBusName: bus, NamePrefix: "feed-" }),
    );
    expect([QueueUrls ?? [], Rules ?? []]).toEqual([[], []]);
  }, WAIT);
  clients.destroy();
});

const CRASH = "process.on('SIGUSR2',()=>{throw%20new%20Error('crash')})";

test.each([
  ["crashes", "SIGUSR2", "stack", "is ready"],
  ["loses its terminal", "SIGHUP", "stack", "is ready"],
  ["crashes", "SIGUSR2", "start", "The gate is running"],
] as const)(
  "OUT-4: a process that %s (%s) takes the stack file and its key along: pnpm %s",
  async (_, signal, command, ready) => {
    const stack = bench.start([command], {
      NODE_OPTIONS: `--import=data:text/javascript,${CRASH}`,
    });
    await stack.line(ready);
    expect(existsSync(bench.stackFile)).toBe(true);
    await stack.kill(signal);
    expect(existsSync(bench.stackFile)).toBe(false);
  },
);

test("OUT-5: a start says whether anything is kept, and finds it when it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "autonomy-data-"));
  onTestFinished(() => rm(folder, { recursive: true }));

  const unkept = bench.start(["stack"]);
  await unkept.line("Nothing is kept");
  await unkept.stop();

  for (const _ of ["first", "second"]) {
    const { code, stdout } = await bench.run(["start", "--once", "--data", folder]);
    expect(stdout).toContain("23 of 23 example intents have their outcome.");
    expect(code).toBe(0);
  }
  const kept = bench.start(["stack", "--data", folder]);
  await kept.line(`are kept in ${folder}`);
  const { stdout } = await bench.run(["key", "list"]);
  expect(stdout.trim().split("\n")).toHaveLength(1);
});
