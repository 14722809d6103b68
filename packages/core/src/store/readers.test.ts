import { beforeEach, expect, test } from "vitest";
import { ACCOUNT, aBudgetState, day } from "../../test/fixtures.ts";
import { type MemoryTable, memoryTable } from "../adapters/memory/memory-table.ts";
import { listAll } from "../config/list-all.ts";
import { budgetStateReader } from "./budget-state-reader.ts";
import { configListing } from "./config-listing.ts";

const PK = "TENANT#acme#ACCOUNT#acct_42";

let table: MemoryTable;
beforeEach(() => {
  table = memoryTable();
});

test("a budget's current day and its closed days are read with the time of their last write", async () => {
  const updated_at = "2026-11-22T09:30:00.000Z";
  const put = (sk: string, item: object) =>
    table.set({ table: "budgetState", pk: PK, sk }, { ...item });
  put("BUDGET_STATE#CURRENT", { date_key: "2026-11-22", count: 3, fence: 2, updated_at });
  put("BUDGET_STATE#20261121", { date_key: "2026-11-21", count: 7, updated_at: "yesterday" });
  const reader = budgetStateReader(table);
  expect(await reader.current(ACCOUNT)).toEqual({
    state: aBudgetState({ count: 3, fence: 2 }),
    updated_at,
  });
  expect(await reader.closed(ACCOUNT, day("2026-11-21"))).toEqual({
    state: aBudgetState({ date_key: "2026-11-21", count: 7 }),
  });
  expect(await reader.closed(ACCOUNT, day("2026-11-20"))).toEqual({ state: { status: "absent" } });
});

test("configuration of one kind is listed by name, page by page, and nothing else of the scope", async () => {
  const put = (sk: string, item: object = {}, pk = PK) =>
    table.set({ table: "config", pk, sk }, { ...item });
  const names = Array.from({ length: 250 }, (_, i) => `T${1_000 + i}`);
  for (const name of names) put(`ACTION_TYPE#${name}`, { name });
  put("AUTONOMY#DEFAULT");
  put("BUDGET#CONFIG");
  put("BUDGET#ACTION_TYPE#T1");
  put("ACTION_TYPE#THEIRS", {}, "TENANT#acme");
  const listing = configListing(table);
  const scope = { kind: "ACCOUNT", ...ACCOUNT } as const;
  expect(await listing.page(scope, "ACTION_TYPE", { limit: 2 })).toEqual({
    items: [
      { name: "T1000", attributes: { name: "T1000" } },
      { name: "T1001", attributes: { name: "T1001" } },
    ],
    next: "T1001",
  });
  expect(await listing.page(scope, "ACTION_TYPE", { limit: 5, after: "T1247" })).toMatchObject({
    items: [{ name: "T1248" }, { name: "T1249" }],
  });
  const all = await listAll(listing, scope, "ACTION_TYPE");
  expect(all.map(({ name }) => name)).toEqual(names);
  expect(await listAll(listing, scope, "MODE")).toEqual([{ name: "DEFAULT", attributes: {} }]);
  expect(await listAll(listing, scope, "ACTION_TYPE_BUDGET")).toMatchObject([{ name: "T1" }]);
});
