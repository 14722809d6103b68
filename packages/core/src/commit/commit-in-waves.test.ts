import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ACCOUNT, anIntent, aReceived, NOW } from "../../test/fixtures.ts";
import { type MemoryTable, memoryTable } from "../adapters/memory/memory-table.ts";
import { instantMs } from "../day.ts";
import { TransientError } from "../errors.ts";
import type { ReceivedIntent } from "../gate/received.ts";
import { AccountId, TenantId } from "../ids.ts";
import type { Clock } from "../ports.ts";
import { gateStore } from "../store/gate-store.ts";
import type { Check, Table, Write } from "../table/table.ts";
import { deadlineIn } from "./backoff.ts";
import type { IntentResult } from "./commit-claims.ts";
import { commitInWaves } from "./commit-in-waves.ts";
import { createTurns } from "./turns.ts";

const OTHER = {
  tenant_id: TenantId.parse("other"),
  account_id: AccountId.parse("o1"),
  action_intent_id: "ai_other",
};
const MATE = aReceived();
const THROTTLED = aReceived(anIntent(OTHER));

/** Time that passes on each request, and while somebody sleeps once nobody else has work to do. */
function aClock(): Clock & { pass(ms: number): void } {
  let elapsedMs = 0;
  const pass = (ms: number) => {
    elapsedMs += ms;
  };
  return {
    epochMs: () => Math.floor(instantMs(NOW) + elapsedMs),
    elapsedMs: () => elapsedMs,
    sleep: async (ms) => {
      await setImmediate();
      pass(ms);
    },
    random: () => 0.5,
    pass,
  };
}

interface World {
  /** Whether a read of this partition and sort key has no answer now. */
  readonly isUnread?: (key: { pk: string; sk: string }, elapsedMs: number) => boolean;
  readonly isUnwritable?: (pk: string) => boolean;
  /** How far the service's time is from the clock's. */
  readonly serviceAheadMs?: number;
  readonly timeMs?: number;
}

/** Batches of the two intents on tables in memory, every request 10 ms long. */
function aWorld(given: World) {
  const { isUnread = () => false, isUnwritable = () => false, serviceAheadMs } = given;
  const memory = memoryTable();
  allowEverything(memory);
  const clock = aClock();
  const asked: number[] = [];
  const table: Table = {
    ...memory,
    batchGet: async (addresses) => {
      asked.push(addresses.length);
      clock.pass(10);
      const unprocessed = addresses.filter((at) => isUnread(at, clock.elapsedMs()));
      if (unprocessed.length === addresses.length) throw throttled();
      const reply = await memory.batchGet(addresses.filter((at) => !unprocessed.includes(at)));
      const serviceEpochMs = clock.epochMs() + (serviceAheadMs ?? 0);
      return {
        items: reply.items,
        unprocessed,
        ...(serviceAheadMs === undefined ? {} : { serviceEpochMs }),
      };
    },
    put: async (write) => {
      clock.pass(10);
      if (isUnwritable(pkOf(write))) throw throttled();
      return memory.put(write);
    },
    transact: async (writes) => {
      clock.pass(10);
      if (writes.some((write) => isUnwritable(pkOf(write)))) throw throttled();
      return memory.transact(writes);
    },
  };
  const differences: number[] = [];
  const context = {
    store: gateStore(table),
    clock,
    deadline: deadlineIn(clock, given.timeMs ?? 24_000),
    turns: createTurns(),
    signals: { retried() {}, clockDiffers: (ms: number) => differences.push(ms) },
  };
  const waves = commitInWaves([THROTTLED, MATE], () => false, context);
  return { waves, clock, memory, asked, differences };
}

function pkOf(write: Write | Check): string {
  return write.kind === "put" ? write.item.pk : write.pk;
}

function throttled(): TransientError {
  return new TransientError("THROTTLED", "The test says so.");
}

function allowEverything(memory: MemoryTable): void {
  for (const { tenant_id, account_id } of [ACCOUNT, OTHER]) {
    const pk = `TENANT#${tenant_id}#ACCOUNT#${account_id}`;
    memory.set({ table: "config", pk, sk: "AUTONOMY#DEFAULT" }, { mode: "AUTO_EXECUTE" });
    memory.set({ table: "config", pk, sk: "BUDGET#CONFIG" }, { max_autonomous_per_day: 5 });
  }
}

async function told(waves: AsyncIterable<readonly IntentResult[]>) {
  const all: (readonly [ReceivedIntent, string])[][] = [];
  for await (const wave of waves) all.push(wave.map(([intent, result]) => [intent, said(result)]));
  return all;
}

function said(result: IntentResult[1]): string {
  if (result.status !== "failed") return result.record.decision;
  return result.error instanceof TransientError ? result.error.code : String(result.error);
}

const ofOther = ({ pk }: { pk: string }) => pk.startsWith("TENANT#other");

describe("a batch with a tenant whose keys are throttled", () => {
  test("OUT-1: is decided at once for the others, and late or not at all for that tenant", async () => {
    const { waves, clock } = aWorld({ isUnread: ofOther });
    const first = await waves.next();
    expect(first.value?.map(([intent, result]) => [intent, said(result)])).toEqual([
      [MATE, "AUTO_EXECUTE"],
    ]);
    expect(clock.elapsedMs()).toBeLessThan(250);
    expect(await told(waves)).toEqual([[[THROTTLED, "DEADLINE"]]]);
  });

  test("OUT-1: is decided for that tenant too once its keys can be read", async () => {
    const isUnread = (key: { pk: string }, ms: number) => ofOther(key) && ms < 5_000;
    const { waves } = aWorld({ isUnread });
    expect(await told(waves)).toEqual([[[MATE, "AUTO_EXECUTE"]], [[THROTTLED, "AUTO_EXECUTE"]]]);
  });

  test("OUT-1: never takes a fact that was not read for absent", async () => {
    const stop = { table: "config", pk: "TENANT#other", sk: "KILL_SWITCH" } as const;
    const isUnread = ({ pk, sk }: { pk: string; sk: string }, ms: number) =>
      pk === stop.pk && sk === stop.sk && ms < 5_000;
    const { waves, memory } = aWorld({ isUnread });
    memory.set(stop, { engaged: true, effect: "BLOCK" });
    expect(await told(waves)).toEqual([[[MATE, "AUTO_EXECUTE"]], [[THROTTLED, "BLOCK"]]]);
  });

  test("OUT-1: does not wait for that tenant's writes", async () => {
    const { waves } = aWorld({ isUnwritable: (pk) => ofOther({ pk }) });
    expect(await told(waves)).toEqual([[[MATE, "AUTO_EXECUTE"]], [[THROTTLED, "DEADLINE"]]]);
  });

  test("OUT-1: waits as a whole for keys that all share", async () => {
    const isUnread = ({ pk }: { pk: string }, ms: number) => pk === "GLOBAL" && ms < 5_000;
    const { waves, clock } = aWorld({ isUnread });
    const results = (await told(waves)).flat();
    expect(results).toHaveLength(2);
    expect(results.every(([, decision]) => decision === "AUTO_EXECUTE")).toBe(true);
    expect(clock.elapsedMs()).toBeGreaterThan(5_000);
  });

  test("OUT-1: costs one read and one wave where nothing is throttled", async () => {
    const { waves, asked } = aWorld({});
    expect((await told(waves)).map((wave) => wave.length)).toEqual([2]);
    expect(asked).toHaveLength(1);
  });
});

describe("a batch on a machine whose clock is wrong", () => {
  test.each([31_000, -31_000, 86_400_000, -126_230_400_000])(
    "OUT-3: commits nothing at a difference of %i ms, and says so",
    async (serviceAheadMs) => {
      const { waves, memory, differences, asked } = aWorld({ serviceAheadMs });
      const results = (await told(waves)).flat();
      expect(results.map(([, code]) => code)).toEqual(["CLOCK", "CLOCK"]);
      expect([...memory.all()].filter(([{ table }]) => table !== "config")).toEqual([]);
      expect(differences).toHaveLength(1);
      expect(asked).toHaveLength(1);
    },
  );

  test.each([5_000, -5_000, 29_000, -29_000])(
    "OUT-3: is decided at a difference of %i ms",
    async (serviceAheadMs) => {
      const { waves, differences } = aWorld({ serviceAheadMs });
      expect((await told(waves)).flat()).toHaveLength(2);
      expect(differences).toEqual([]);
    },
  );
});
