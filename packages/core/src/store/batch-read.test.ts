import { beforeEach, describe, expect, test } from "vitest";
import { memoryTable } from "../adapters/memory/memory-table.ts";
import { TransientError } from "../errors.ts";
import type { Address, BatchGetReply, Table } from "../table/table.ts";
import { batchRead } from "./batch-read.ts";

const asked: number[] = [];
beforeEach(() => {
  asked.length = 0;
});

function addresses(count: number): Address[] {
  return Array.from({ length: count }, (_, i) => ({ table: "config", pk: "p", sk: `${i}` }));
}

/** A table with every second item, which leaves some addresses of each request unread. */
function tableLeaving(
  left: (pending: readonly Address[], request: number) => readonly Address[],
): Pick<Table, "batchGet"> {
  const table = memoryTable();
  for (const at of addresses(300)) if (Number(at.sk) % 2 === 0) table.set(at, { n: at.sk });
  return {
    batchGet: async (pending): Promise<BatchGetReply> => {
      asked.push(pending.length);
      const unprocessed = left(pending, asked.length);
      const read = await table.batchGet(pending.filter((at) => !unprocessed.includes(at)));
      return { ...read, unprocessed };
    },
  };
}

describe("a read of many items", () => {
  test.each([
    [0, []],
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])("of %i addresses sends requests of %j", async (count, requests) => {
    const { lookup } = await batchRead(
      tableLeaving(() => []),
      addresses(count),
    );
    expect(asked).toEqual(requests);
    for (const at of addresses(count)) {
      expect(lookup(at)?.n).toBe(Number(at.sk) % 2 === 0 ? at.sk : undefined);
    }
  });

  test("asks for each address once", async () => {
    await batchRead(
      tableLeaving(() => []),
      [...addresses(60), ...addresses(60)],
    );
    expect(asked).toEqual([60]);
  });

  test("asks again for what was left unprocessed, alone, three times", async () => {
    const { lookup } = await batchRead(
      tableLeaving((pending, request) => pending.slice(0, 4 - request)),
      addresses(10),
    );
    expect(asked).toEqual([10, 3, 2, 1]);
    expect(addresses(10).filter((at) => lookup(at) !== undefined)).toHaveLength(5);
  });

  test("fails when anything is left after that: what was not read is not absent", async () => {
    const error: unknown = await batchRead(
      tableLeaving((pending) => pending.slice(0, 1)),
      addresses(10),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: "THROTTLED" });
    expect(asked).toEqual([10, 1, 1, 1]);
  });
});
