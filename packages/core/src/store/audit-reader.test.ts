import { beforeEach, describe, expect, test } from "vitest";
import { ACCOUNT } from "../../test/fixtures.ts";
import { counted, watch, watchedTable } from "../../test/watched-table.ts";
import { type MemoryTable, memoryTable } from "../adapters/memory/memory-table.ts";
import type { AuditEntry, AuditQuery } from "../read-ports.ts";
import type { Item } from "../table/table.ts";
import { auditReader } from "./audit-reader.ts";

const TENANT = { kind: "TENANT", tenant_id: ACCOUNT.tenant_id } as const;

let table: MemoryTable;
beforeEach(() => {
  table = memoryTable();
});

function store(id: string, item: Item, pk = "TENANT#acme"): void {
  table.set({ table: "ledger", pk, sk: `AUDIT#${id}` }, item);
}

function minute(n: number): string {
  return `2026-11-22T09:${String(n).padStart(2, "0")}:00.000Z`;
}

function storeMinutes(count: number): string[] {
  const ids = Array.from({ length: count }, (_, i) => `id-${String(i).padStart(2, "0")}`);
  for (const [i, id] of ids.entries()) {
    store(id, { at: minute(i), actor: i % 3 === 0 ? "ops" : "bot", action: "PUT /config" });
  }
  return ids;
}

const query = { scope: TENANT, order: "oldest-first", limit: 10, bytesMax: 1_000_000 } as const;

/** The entries of all pages, and how many each page had. */
async function pages(more: Partial<AuditQuery> = {}, on: Pick<MemoryTable, "query"> = table) {
  const entries: AuditEntry[] = [];
  const lengths: number[] = [];
  let after: string | undefined;
  do {
    const next: AuditQuery = { ...query, ...more, ...(after === undefined ? {} : { after }) };
    const page = await auditReader(on).page(next);
    entries.push(...page.items);
    lengths.push(page.items.length);
    after = page.next;
  } while (after !== undefined && lengths.length < 100);
  return { ids: entries.map(({ id }) => id), entries, lengths };
}

describe("the audit trail", () => {
  test("is read in either order, to its end, in pages of the limit", async () => {
    const ids = storeMinutes(25);
    expect(await pages()).toMatchObject({ ids, lengths: [10, 10, 5] });
    expect(await pages({ order: "newest-first" })).toMatchObject({ ids: ids.toReversed() });
    expect(await pages({ limit: 25 })).toMatchObject({ ids });
    expect((await pages({ limit: 1 })).ids).toEqual(ids);
  });

  test("is bounded by time, both bounds included, and by actor", async () => {
    const ids = storeMinutes(25);
    expect((await pages({ from: minute(7), to: minute(19) })).ids).toEqual(ids.slice(7, 20));
    expect((await pages({ from: minute(20) })).ids).toEqual(ids.slice(20));
    expect((await pages({ to: minute(3) })).ids).toEqual(ids.slice(0, 4));
    const ops = ids.filter((_, i) => i % 3 === 0);
    expect((await pages({ actor: "ops", limit: 2 })).ids).toEqual(ops);
  });

  test("costs two requests for a page of the newest entries, however long it is", async () => {
    storeMinutes(25);
    const { trips, watched } = watch();
    await auditReader(watchedTable(table, watched)).page({ ...query, order: "newest-first" });
    expect(counted(trips)).toEqual({ query: 2 });
  });

  test("ends a page before the entry that exceeds its bytes, but has one entry at least", async () => {
    const ids = storeMinutes(6);
    const [entry] = (await pages({ limit: 1 })).entries;
    const bytes = JSON.stringify(entry).length;
    expect(await pages({ bytesMax: 2 * bytes })).toMatchObject({ ids, lengths: [2, 2, 2] });
    expect(await pages({ bytesMax: 2 * bytes - 1 })).toMatchObject({
      ids,
      lengths: [1, 1, 1, 1, 1, 1],
    });
    expect(await pages({ bytesMax: 1 })).toMatchObject({ ids, lengths: [1, 1, 1, 1, 1, 1] });
  });

  test("goes on where a page had no match after 50 requests", async () => {
    const ids = storeMinutes(60);
    const { trips, watched } = watch();
    const slow = watchedTable(
      { ...table, query: (asked) => table.query({ ...asked, limit: 1 }) },
      watched,
    );
    const { ids: found, lengths } = await pages({ actor: "ops", from: minute(57) }, slow);
    expect(found).toEqual([ids[57]]);
    expect(lengths).toEqual([0, 1]);
    expect(trips).toHaveLength(60);
  });

  test("is a scope's own: a tenant's with its accounts', or the global one", async () => {
    store("a", { actor: "tenant" });
    store("b", { actor: "other" }, "TENANT#other");
    store("c", { actor: "global" }, "GLOBAL");
    table.set({ table: "ledger", pk: "TENANT#acme", sk: "DECISION#x" }, { actor: "none" });
    expect((await pages()).entries.map(({ actor }) => actor)).toEqual(["tenant"]);
    expect((await pages({ scope: { kind: "GLOBAL" } })).entries).toMatchObject([
      { actor: "global" },
    ]);
  });

  test("shows an entry whatever it lacks", async () => {
    store("a", {});
    store("b", {
      at: minute(1),
      actor: "ops",
      action: "PUT /mode",
      object: "AUTONOMY#DEFAULT",
      account_id: "acct",
      before: { n: new Set(["x"]) },
      after: { mode: "DISABLED" },
      request_id: "r",
    });
    expect((await pages()).entries).toEqual([
      { id: "a", at: "", actor: "", action: "", before: null, after: null, request_id: "" },
      {
        id: "b",
        at: minute(1),
        actor: "ops",
        action: "PUT /mode",
        object: "AUTONOMY#DEFAULT",
        account_id: "acct",
        before: { n: { $set: ["x"] } },
        after: { mode: "DISABLED" },
        request_id: "r",
      },
    ]);
  });
});
