import { afterEach, beforeEach, expect, test } from "vitest";
import { openWorkbench, type Workbench } from "../process-fixture.ts";
import { runChaos } from "./chaos.ts";
import { verify } from "./verify.ts";

let bench: Workbench;

beforeEach(async () => {
  bench = await openWorkbench();
});

afterEach(async () => {
  await bench.close();
});

test("consumers killed at any moment lose nothing, decide nothing twice and overspend nothing", async () => {
  const run = await runChaos(bench, { seed: 7, consumers: 4, intents: 1_000, kills: 8 });

  const { violations, decisions, days } = await verify(run);
  run.clients.destroy();

  expect(violations).toEqual([]);
  expect(decisions).toBe(1_000);
  // Two days were open: the second one's first claims closed the first.
  expect(days).toBeGreaterThan(14);
}, 180_000);
